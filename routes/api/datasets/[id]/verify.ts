import { datasetBody, noSuchDataset } from '#lib/api/refusals.ts'
import { Verification, verificationView } from '#lib/api/verification.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Compare the backup with its primary over the whole history, now.',
  description:
    'Reads every guid of both sides and says how the backup would be restored. Writes to no SAN; the result is kept.',
  operationId: 'verify',
  tags: ['datasets'],
  input: datasetBody,
  output: Verification,
  errors: { 404: ['NO_SUCH_DATASET'] },
  timeout: 240_000,
  run: async ({ id }, { inspection, signal }) =>
    verificationView((await inspection.verify(id, signal)) ?? noSuchDataset(id)),
})
