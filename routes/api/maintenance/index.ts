import { z } from 'zod'
import { DAY_MS } from '#lib/api/fields.ts'
import { Maintenance, MaintenanceInput, maintenanceRequest, maintenanceView } from '#lib/api/maintenance.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { reply } from '#lib/runtime/reply.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Pauses and acknowledgements of many: in force, planned, and on request over.',
  description: 'Those of single datasets stand with each dataset (`paused`, `ack`).',
  operationId: 'maintenances',
  tags: ['maintenance'],
  input: z.object({
    past: z.boolean().default(false).describe('Also those that are over, newest first.'),
    days: z.number().int().min(1).max(3660).default(30).describe('How far back, of those that are over.'),
  }),
  output: z.object({ items: z.array(Maintenance) }),
  async run({ past, days }, { engine, now }) {
    const over = past ? await engine.pastMaintenances(now() - days * DAY_MS) : []
    return { items: [...engine.maintenances(), ...over].map(maintenanceView) }
  },
})

export const POST = defineRoute({
  summary: 'Pause, or acknowledge, a SAN, a pair, chosen datasets, all, or the scheduler.',
  description:
    'Now or planned ahead (`from`). It begins and ends by itself; what runs goes on. When it ends, what it was for is looked at again.',
  operationId: 'maintain',
  tags: ['maintenance'],
  input: MaintenanceInput,
  status: 201,
  output: Maintenance,
  errors: { 404: ['NO_SUCH_HOST', 'NO_SUCH_PAIR', 'NO_SUCH_DATASET'], 409: ['TOO_MANY'] },
  async run(input, { engine, config, actor, now }) {
    const request = maintenanceRequest(input, { now: now(), zone: config.scheduler.timezone, by: actor.name })
    return reply(201, maintenanceView(await withRefusals(() => engine.maintain(request))))
  },
})
