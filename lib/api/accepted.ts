import type { RunRecord } from '#lib/db/types.ts'
import { reply } from '#lib/runtime/reply.ts'
import { runHref } from './hrefs.ts'
import { runView } from './run.ts'

/** 202: the work goes on by itself; `Location` says where to look, `Retry-After` how often. */
export function accepted(run: RunRecord, now: number) {
  return reply(202, runView(run, now), { Location: runHref(run.id), 'Retry-After': '2' })
}
