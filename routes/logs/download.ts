import { z } from 'zod'
import { logFields, logPages, logQuery, oneDownload, textLine } from '#lib/api/log.ts'
import { runNumber } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

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
  async run({ runId, as, cursor: _, after: _after, ...wanted }, context) {
    const { store, now } = context
    const query = logQuery({ ...wanted, runId: runId === undefined ? undefined : runNumber(runId) })
    const write = as === 'text' ? textLine : JSON.stringify
    const name = `zwitness-log-${iso(now()).slice(0, 19).replaceAll(':', '')}.${as === 'text' ? 'txt' : 'jsonl'}`
    return oneDownload(context, logPages(store, query, write), {
      'Content-Type': as === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
      'Content-Disposition': `attachment; filename="${name}"`,
    })
  },
})
