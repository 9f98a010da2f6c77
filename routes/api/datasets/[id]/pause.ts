import { z } from 'zod'
import { DatasetSummary, datasetSummary } from '#lib/api/dataset-summary.ts'
import { datasetId, noSuchDataset, untilFields, untilOf, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Start no repair of this dataset for a while.',
  description: 'Checks go on; what runs goes on.',
  operationId: 'pause',
  tags: ['datasets'],
  input: z.strictObject({ id: datasetId, ...untilFields }),
  output: DatasetSummary,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id, reason, ...limit }, { engine, config, actor, now }) {
    const until = untilOf(limit, { after: now(), zone: config.scheduler.timezone })
    await withRefusals(() => engine.pause(id, { until, by: actor.name, reason: reason ?? null }))
    return datasetSummary(engine.dataset(id) ?? noSuchDataset(id), now())
  },
})
