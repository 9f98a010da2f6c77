import { z } from 'zod'
import { IncidentDetail, incidentDetail, incidentId, noSuchIncident } from '#lib/api/incidents.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'One incident, with what happened to it and what was sent.',
  operationId: 'incident',
  tags: ['incidents'],
  input: z.object({ id: incidentId }),
  output: IncidentDetail,
  errors: { 404: ['NO_SUCH_INCIDENT'] },
  async run({ id }, { store }) {
    const incident = await store.incident(id)
    if (incident === null) return noSuchIncident(id)
    return incidentDetail(incident, await store.messagesOf(id))
  },
})
