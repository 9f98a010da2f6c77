import { z } from 'zod'
import { datasetId } from '#lib/api/refusals.ts'
import { VerificationResult, verifyAll } from '#lib/api/verification.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Compare backups with their primaries over the whole history.',
  description: 'All of them, or one. Reads every guid of both sides; what comes of it is kept with each dataset.',
  schedule: ({ config }) => config.scheduler.verifyCron,
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 6 * 3600_000,
  tags: ['datasets'],
  input: z.object({ dataset: datasetId.optional().describe('Only this one.') }),
  output: z.object({
    counts: z.record(VerificationResult, z.number().int()),
    items: z.array(z.object({ datasetId: z.string(), result: VerificationResult, summary: z.string() })),
  }),
  run: ({ dataset }, context) => verifyAll(dataset, context),
})
