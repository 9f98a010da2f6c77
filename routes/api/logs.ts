import { z } from 'zod'
import { jsonLines, NextCursor, wantsJsonLines } from '#lib/api/fields.ts'
import { LogEntry, logFields, logQuery, logView } from '#lib/api/log.ts'
import { runNumber, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'The log of the witness.',
  description: 'One record a line with `Accept: application/x-ndjson`.',
  operationId: 'logs',
  tags: ['logs'],
  input: z.object({ ...logFields, runId: z.string().max(20).optional() }),
  output: z.object({ items: z.array(LogEntry), nextCursor: NextCursor }),
  errors: { 400: ['BAD_CURSOR'], 404: ['NO_SUCH_RUN'] },
  async run({ runId, ...wanted }, { store, request }) {
    const query = logQuery({ ...wanted, runId: runId === undefined ? undefined : runNumber(runId) })
    const page = await withRefusals(() => store.logs(query))
    const items = page.items.map(logView)
    return wantsJsonLines(request) ? jsonLines(items) : { items, nextCursor: page.nextCursor }
  },
})
