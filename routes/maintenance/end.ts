import { z } from 'zod'
import { maintenanceId, maintenanceNumber } from '#lib/api/maintenance.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'
import { onMaintenance } from './_view.tsx'

export const POST = defineRoute({
  summary: 'End a pause or an acknowledgement of many.',
  access: 'operator',
  form: true,
  audit: 'endMaintenance',
  input: z.object({ id: maintenanceId }),
  run({ id }, context) {
    return onMaintenance(context, null, async () => {
      const { engine, actor } = context
      const { about } = await withRefusals(() => engine.endMaintenance(maintenanceNumber(id), actor.name))
      return `Ended: ${about}.`
    })
  },
})
