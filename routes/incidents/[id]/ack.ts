import { z } from 'zod'
import { incidentId, noSuchIncident } from '#lib/api/incidents.ts'
import { defineRoute } from '#lib/services.ts'
import { onIncident } from '../_view.tsx'

const HOUR_MS = 3600_000

export const POST = defineRoute({
  summary: 'Say that somebody knows of this incident.',
  access: 'operator',
  form: true,
  audit: 'ackIncident',
  input: z.object({
    id: incidentId,
    hours: z.union([z.literal(''), z.coerce.number().int().min(1).max(8760)]).optional(),
    reason: z.string().max(500).optional(),
  }),
  run: ({ id, hours, reason }, context) =>
    onIncident(context, id, async () => {
      const until = hours === undefined || hours === '' ? null : context.now() + hours * HOUR_MS
      const ack = { by: context.actor.name, until, reason: reason || null }
      return (await context.telling.acknowledge(id, ack)) ?? noSuchIncident(id)
    }),
})
