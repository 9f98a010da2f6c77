import { z } from 'zod'
import { definePage } from '#lib/services.ts'
import { maintenanceBody, NOTHING_TYPED } from './_view.tsx'

export default definePage({
  title: 'Maintenance',
  input: z.object({
    host: z.string().max(100).optional(),
    dataset: z.string().max(300).optional(),
  }),
  render({ host, dataset }, context) {
    const chosen = dataset === undefined ? [] : [dataset]
    const target = host !== undefined ? `host ${host}` : dataset === undefined ? '' : 'datasets'
    return maintenanceBody(context, { typed: { ...NOTHING_TYPED, target, datasets: chosen } })
  },
})
