import { z } from 'zod'
import { schedulerHeld } from '#lib/api/function.ts'
import { datasetId } from '#lib/api/refusals.ts'
import { VerificationResult, verifyAll } from '#lib/api/verification.ts'
import { defineFunction } from '#lib/services.ts'

const NOTHING = { VERIFIED: 0, ATTENTION: 0, UNKNOWN: 0, FAILED: 0 }

export default defineFunction({
  summary: 'Compare backups with their primaries over the whole history.',
  description: 'All of them, or one. Reads every guid of both sides; what comes of it is kept with each dataset.',
  schedule: ({ config }) => config.scheduler.verifyCron,
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 6 * 3600_000,
  tags: ['datasets'],
  input: z.object({ dataset: datasetId.optional().describe('Only this one.') }),
  output: z.object({
    held: z.string().nullable().describe('Why nothing was verified: the scheduler is paused. Null: it was.'),
    counts: z.record(VerificationResult, z.number().int()),
    items: z.array(z.object({ datasetId: z.string(), result: VerificationResult, summary: z.string() })),
  }),
  async run({ dataset }, context) {
    const held = context.trigger === 'schedule' ? schedulerHeld(context) : null
    return held === null ? { held, ...(await verifyAll(dataset, context)) } : { held, counts: NOTHING, items: [] }
  },
})
