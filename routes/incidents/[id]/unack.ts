import { z } from 'zod'
import { incidentId, noSuchIncident } from '#lib/api/incidents.ts'
import { defineRoute } from '#lib/services.ts'
import { onIncident } from '../_view.tsx'

export const POST = defineRoute({
  summary: 'Take an acknowledgement back.',
  access: 'operator',
  form: true,
  audit: 'unackIncident',
  input: z.object({ id: incidentId }),
  run: ({ id }, context) =>
    onIncident(context, id, async () => (await context.telling.acknowledge(id, null)) ?? noSuchIncident(id)),
})
