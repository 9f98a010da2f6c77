import { z } from 'zod'
import { lookAround, ScanInput, ScanOutcome } from '#lib/api/function.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Look at the datasets and start nothing.',
  timeout: 30 * 60_000,
  tags: ['replication'],
  input: z.object(ScanInput),
  output: ScanOutcome,
  run: (input, context) => withRefusals(() => lookAround(input, context, false)),
})
