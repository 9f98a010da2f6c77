import { z } from 'zod'
import { type LogView, logView } from '#lib/api/log.ts'
import { logFields, logQuery } from '#lib/api/log-query.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { runNumber } from '#lib/api/run-id.ts'
import { iso } from '#lib/api/time.ts'
import { defineRoute } from '#lib/define.ts'

const PAGE = 1000
const MOST = 20_000

/** Not below /api: a link for people, with a name for the file. */
export const GET = defineRoute({
  summary: 'The log as a file, oldest first.',
  tags: ['logs'],
  produces: 'application/x-ndjson',
  input: z.object({
    ...logFields,
    runId: z.string().max(20).optional(),
    as: z.enum(['text', 'jsonl']).default('jsonl'),
  }),
  async run({ runId, as, limit: _, cursor: _cursor, after: _after, ...wanted }, { store, now }) {
    const records: LogView[] = []
    let cursor: string | undefined
    do {
      const query = logQuery({
        ...wanted,
        runId: runId === undefined ? undefined : runNumber(runId),
        limit: PAGE,
        cursor,
      })
      const page = await withRefusals(() => store.logs(query))
      records.push(...page.items.map(logView))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && records.length < MOST)
    const write = as === 'text' ? textLine : JSON.stringify
    const name = `zwitness-log-${iso(now()).slice(0, 19).replaceAll(':', '')}.${as === 'text' ? 'txt' : 'jsonl'}`
    return new Response(
      records
        .reverse()
        .map((record) => `${write(record)}\n`)
        .join(''),
      {
        headers: {
          'Content-Type': as === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
          'Content-Disposition': `attachment; filename="${name}"`,
        },
      },
    )
  },
})

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
