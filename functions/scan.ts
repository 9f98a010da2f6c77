import { z } from 'zod'
import { lookAround, ScanInput, ScanOutcome, scanSchedule } from '#lib/api/function.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Look at the datasets and start the repairs that the policy allows.',
  description: 'Ends with the scan; the repairs it started are runs of their own.',
  schedule: ({ config }) => scanSchedule(config.scheduler),
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 30 * 60_000,
  tags: ['replication'],
  input: z.object(ScanInput),
  output: ScanOutcome,
  run: (input, context) => withRefusals(() => lookAround(input, context, true)),
})
