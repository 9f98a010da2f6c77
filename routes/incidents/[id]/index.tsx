import { z } from 'zod'
import { incidentId } from '#lib/api/incidents.ts'
import { definePage } from '#lib/services.ts'
import { incidentBody } from '../_view.tsx'

export default definePage({
  title: 'Incident',
  input: z.object({ id: incidentId }),
  render: ({ id }, context) => incidentBody(context, id),
})
