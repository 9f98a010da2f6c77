import { z } from 'zod'
import { Objective, objectiveMonth } from '#lib/api/objective.ts'
import { datasetId, noSuchDataset } from '#lib/api/refusals.ts'
import { objectiveOf } from '#lib/history/count-objective.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'How long a backup was within its recovery-point objective, by calendar month.',
  operationId: 'objective',
  tags: ['datasets', 'history'],
  input: z.object({ id: datasetId, months: z.number().int().min(1).max(36).default(12) }),
  output: Objective,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id, months }, { engine, store, config, now }) {
    const { dataset } = engine.dataset(id) ?? noSuchDataset(id)
    const { maxDelaySeconds } = dataset.config.policy
    const { scheduler } = config
    const found = await objectiveOf({ store, scheduler, now: now() }, { datasetId: id, maxDelaySeconds }, months)
    return { datasetId: id, maxDelaySeconds, timezone: scheduler.timezone, items: found.map(objectiveMonth) }
  },
})
