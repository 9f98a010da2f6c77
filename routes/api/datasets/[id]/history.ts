import { z } from 'zod'
import { changeQuery, DatasetHistory, datasetHistory, datasetHistoryFields } from '#lib/api/history.ts'
import { datasetId, noSuchDataset, withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What became of a dataset, newest first, and when nobody looked.',
  operationId: 'datasetHistory',
  tags: ['datasets', 'history'],
  input: z.object({ id: datasetId, ...datasetHistoryFields }),
  output: DatasetHistory,
  errors: { 400: ['BAD_CURSOR', 'BAD_PARAMETER'], 404: ['NO_SUCH_DATASET'] },
  run({ id, ...wanted }, context) {
    if (context.engine.dataset(id) === null) noSuchDataset(id)
    return withRefusals(() => datasetHistory(context, id, changeQuery(wanted)))
  },
})
