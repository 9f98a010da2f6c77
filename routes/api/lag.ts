import { z } from 'zod'
import { dailyLag, LagPoint, type LagView } from '#lib/api/lag.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'How far several backups were behind, day by day.',
  description: 'The worst of each of the last days. Ids that are not watched are left out.',
  operationId: 'lagOfMany',
  tags: ['datasets'],
  input: z.object({
    datasetIds: z.array(z.string().max(300)).min(1).max(100),
    days: z.number().int().min(1).max(90).default(30),
  }),
  output: z.object({
    items: z.array(z.object({ datasetId: z.string(), days: z.array(LagPoint) })),
  }),
  async run({ datasetIds, days }, { engine, store, now }) {
    const at = now()
    const items: { datasetId: string; days: LagView[] }[] = []
    for (const datasetId of datasetIds) {
      if (engine.dataset(datasetId) === null) continue
      items.push({ datasetId, days: await dailyLag(store, datasetId, days, at) })
    }
    return { items }
  },
})
