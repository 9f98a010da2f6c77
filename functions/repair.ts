import { z } from 'zod'
import { datasetId, withRefusals } from '#lib/api/refusals.ts'
import { triggerOf } from '#lib/api/run.ts'
import { RunState } from '#lib/api/words.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Queue the repair of a dataset.',
  description:
    'Answers at once with the run; the repair goes on in its own lane. Without a plan it runs only what destroys nothing.',
  tags: ['replication'],
  overlap: true,
  input: z.object({
    dataset: datasetId,
    planId: z.string().max(100).optional().describe('Of a preview: exactly this plan is run, or none.'),
    reason: z.string().max(500).optional().describe('Kept with the run.'),
  }),
  output: z.object({ runId: z.string(), state: RunState }),
  async run({ dataset, planId, reason }, context) {
    const trigger = triggerOf(context)
    const { run } = await withRefusals(() => context.engine.repair({ datasetId: dataset, planId, reason, trigger }))
    return { runId: String(run.id), state: run.state }
  },
})
