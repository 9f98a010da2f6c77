import { z } from 'zod'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'The process is alive.',
  description: 'For the health check of a container: a broken dataset must never restart the witness.',
  operationId: 'healthz',
  tags: ['health'],
  access: 'public',
  output: z.object({ status: z.literal('ok') }),
  run: () => ({ status: 'ok' as const }),
})
