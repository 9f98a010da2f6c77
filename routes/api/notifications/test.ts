import { z } from 'zod'
import { Tried, triedView } from '#lib/api/incidents.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Send a test message to one channel, or to all, and say what came of it.',
  operationId: 'notifyTest',
  tags: ['incidents'],
  input: z.strictObject({
    channel: z.string().min(1).max(100).optional().describe('Name of a channel; without it: all.'),
  }),
  output: Tried,
  errors: { 404: ['NO_SUCH_CHANNEL'] },
  run: ({ channel }, { telling, actor }) => triedView(telling, actor.name, channel ?? null),
})
