import { z } from 'zod'
import { noSuchRun, runId, runNumber } from '#lib/api/refusals.ts'
import { RunDetail, runDetail } from '#lib/api/run-detail.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'One run: its plan, its steps, how far it is, what it did.',
  description: 'Always 200 while the run is known, whatever came of it.',
  operationId: 'showRun',
  tags: ['runs'],
  input: z.object({ id: runId }),
  output: RunDetail,
  errors: { 404: ['NO_SUCH_RUN'] },
  async run({ id }, { engine, now }) {
    const run = (await engine.run(runNumber(id))) ?? noSuchRun(id)
    return runDetail(run, await engine.actions(run.id), now())
  },
})
