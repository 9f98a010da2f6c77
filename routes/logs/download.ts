import { z } from 'zod'
import { type LogView, logView } from '#lib/api/log.ts'
import { logFields, logQuery } from '#lib/api/log-query.ts'
import { oneDownload } from '#lib/api/one-download.ts'
import { runNumber } from '#lib/api/run-id.ts'
import { iso } from '#lib/api/time.ts'
import type { LogQuery } from '#lib/db/types.ts'
import { defineRoute } from '#lib/define.ts'
import type { Services } from '#lib/service-types.ts'

/** Lines of a page: some 50 KB, a few MB where all of them are as long as can be. */
const PAGE = 200
const MOST = 20_000

/** Not below /api: a link for people, with a name for the file. */
export const GET = defineRoute({
  summary: 'The log as a file, oldest first.',
  description: 'The newest 20,000 lines that fit. One at a time for each caller.',
  tags: ['logs'],
  produces: 'application/x-ndjson',
  input: z.object({
    ...logFields,
    runId: z.string().max(20).optional(),
    as: z.enum(['text', 'jsonl']).default('jsonl'),
  }),
  errors: { 429: ['RATE_LIMITED'] },
  async run({ runId, as, limit: _, cursor: _cursor, after: _after, ...wanted }, context) {
    const { store, now } = context
    const query = logQuery({
      ...wanted,
      runId: runId === undefined ? undefined : runNumber(runId),
      limit: PAGE,
    })
    const write = as === 'text' ? textLine : JSON.stringify
    const name = `zwitness-log-${iso(now()).slice(0, 19).replaceAll(':', '')}.${as === 'text' ? 'txt' : 'jsonl'}`
    return oneDownload(context, pagesOf(store, query, write), {
      'Content-Type': as === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
      'Content-Disposition': `attachment; filename="${name}"`,
    })
  },
})

/** The newest lines that fit, oldest first, as many as there may be. */
async function* pagesOf(
  store: Services['store'],
  query: LogQuery,
  write: (record: LogView) => string,
): AsyncGenerator<string> {
  const first = await store.logStart(query, MOST)
  let after = first === null ? null : first - 1
  for (let left = MOST; after !== null && left > 0; ) {
    const { items, nextCursor } = await store.logs({ ...query, after, limit: Math.min(PAGE, left) })
    yield items.map((record) => `${write(logView(record))}\n`).join('')
    left -= items.length
    after = nextCursor === null ? null : (items.at(-1)?.id ?? null)
  }
}

function textLine({ at, level, component, message, runId, datasetId, host, fields }: LogView): string {
  const where = [
    runId === null ? '' : `run=${runId}`,
    datasetId === null ? '' : `dataset=${datasetId}`,
    host === null ? '' : `host=${host}`,
  ]
  const more = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields)
  return [at, level.padEnd(5), component, message.replaceAll(/\s*\n\s*/g, ' ⏎ '), ...where, more]
    .filter((part) => part !== '')
    .join(' ')
}
