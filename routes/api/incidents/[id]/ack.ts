import { z } from 'zod'
import { Incident, incidentId, incidentView, noSuchIncident } from '#lib/api/incidents.ts'
import { untilFields, untilOf } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Say that somebody knows of this incident: no more is told of it but its end, and that it got worse.',
  operationId: 'ackIncident',
  tags: ['incidents'],
  input: z.strictObject({ id: incidentId, ...untilFields }),
  output: Incident,
  errors: { 404: ['NO_SUCH_INCIDENT'] },
  async run({ id, reason, ...limit }, { telling, actor, config, now }) {
    const ack = {
      by: actor.name,
      until: untilOf(limit, { after: now(), zone: config.scheduler.timezone }),
      reason: reason ?? null,
    }
    return incidentView((await telling.acknowledge(id, ack)) ?? noSuchIncident(id))
  },
})

export const DELETE = defineRoute({
  summary: 'Take that back.',
  operationId: 'unackIncident',
  tags: ['incidents'],
  input: z.object({ id: incidentId }),
  output: Incident,
  errors: { 404: ['NO_SUCH_INCIDENT'] },
  async run({ id }, { telling }) {
    return incidentView((await telling.acknowledge(id, null)) ?? noSuchIncident(id))
  },
})
