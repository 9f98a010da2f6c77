import { z } from 'zod'
import { jsonLines, NextCursor, pagingFields, wantsJsonLines } from '#lib/api/fields.ts'
import { LogEntry, logView } from '#lib/api/log.ts'
import { noSuchRun, runId, runNumber, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What a run wrote to the log, oldest first.',
  description: 'One record a line with `Accept: application/x-ndjson`; go on with `after` = id of the last line.',
  operationId: 'runLog',
  tags: ['runs', 'logs'],
  input: z.object({
    id: runId,
    after: z.number().int().min(0).optional().describe('Id of the last record that is known.'),
    ...pagingFields(5000, 500),
  }),
  output: z.object({ items: z.array(LogEntry), nextCursor: NextCursor }),
  errors: { 400: ['BAD_CURSOR'], 404: ['NO_SUCH_RUN'] },
  async run({ id, after, limit, cursor }, { engine, store, request }) {
    const run = (await engine.run(runNumber(id))) ?? noSuchRun(id)
    // A cursor knows where it stands; without one the list begins at its oldest record.
    const start = after ?? (cursor === undefined ? 0 : undefined)
    const page = await withRefusals(() => store.logs({ runId: run.id, after: start, limit, cursor }))
    const items = page.items.map(logView)
    return wantsJsonLines(request) ? jsonLines(items) : { items, nextCursor: page.nextCursor }
  },
})
