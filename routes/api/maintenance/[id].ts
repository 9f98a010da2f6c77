import { z } from 'zod'
import { Maintenance, maintenanceId, maintenanceNumber, maintenanceView } from '#lib/api/maintenance.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const DELETE = defineRoute({
  summary: 'End a pause or an acknowledgement of many now, or take a planned one back.',
  description: 'It is kept as history. What it was for is looked at again.',
  operationId: 'endMaintenance',
  tags: ['maintenance'],
  input: z.object({ id: maintenanceId }),
  output: Maintenance,
  errors: { 404: ['NO_SUCH_MAINTENANCE'] },
  run: ({ id }, { engine, actor }) =>
    withRefusals(async () => maintenanceView(await engine.endMaintenance(maintenanceNumber(id), actor.name))),
})
