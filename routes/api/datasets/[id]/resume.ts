import { DatasetSummary, datasetSummary } from '#lib/api/dataset-summary.ts'
import { datasetBody, noSuchDataset, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'End a pause.',
  description: 'A pause that stands in the configuration can only be ended there.',
  operationId: 'resume',
  tags: ['datasets'],
  input: datasetBody,
  output: DatasetSummary,
  errors: { 404: ['NO_SUCH_DATASET'], 409: ['POLICY_FORBIDS'] },
  async run({ id }, { engine, actor, now }) {
    await withRefusals(() => engine.resume(id, actor.name))
    return datasetSummary(engine.dataset(id) ?? noSuchDataset(id), now())
  },
})
