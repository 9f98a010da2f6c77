import { z } from 'zod'
import { DatasetSummary, datasetSummary } from '#lib/api/dataset-summary.ts'
import { datasetId, datasetInput, noSuchDataset, untilFields, untilOf, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Say that somebody knows: alarms of this dataset are quiet for a while.',
  description: 'The status stays as it is.',
  operationId: 'ack',
  tags: ['datasets'],
  input: z.strictObject({ id: datasetId, ...untilFields }),
  output: DatasetSummary,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id, reason, ...limit }, { engine, config, actor, now }) {
    const until = untilOf(limit, { after: now(), zone: config.scheduler.timezone })
    await withRefusals(() => engine.ack(id, { until, by: actor.name, reason: reason ?? null }))
    return datasetSummary(engine.dataset(id) ?? noSuchDataset(id), now())
  },
})

export const DELETE = defineRoute({
  summary: 'Take an acknowledgement back.',
  operationId: 'unack',
  tags: ['datasets'],
  input: datasetInput,
  output: DatasetSummary,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id }, { engine, actor, now }) {
    await withRefusals(() => engine.unack(id, actor.name))
    return datasetSummary(engine.dataset(id) ?? noSuchDataset(id), now())
  },
})
