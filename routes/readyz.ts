import { z } from 'zod'
import { unavailable } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'The database can be written, a configuration is loaded, the scheduler ticks.',
  description: 'When not, 503 with the names of the failed checks in `failed`, and nothing else.',
  operationId: 'readyz',
  tags: ['health'],
  access: 'public',
  output: z.object({ status: z.literal('ready') }),
  errors: { 503: ['NOT_READY', 'SHUTTING_DOWN'] },
  async run(_, { runtime }) {
    const failed = await runtime.ready()
    if (failed.length > 0) unavailable(`Not ready: ${failed.join(', ')}.`, 'NOT_READY', 5, { extra: { failed } })
    return { status: 'ready' as const }
  },
})
