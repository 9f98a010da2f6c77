import { z } from 'zod'
import { LagPoint, lagPoint } from '#lib/api/lag.ts'
import { defineRoute } from '#lib/services.ts'

const DAY_MS = 86_400_000

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
    const to = now()
    // Whole days, so that today's is the last one.
    const from = Math.floor(to / DAY_MS) * DAY_MS - (days - 1) * DAY_MS
    const items: { datasetId: string; days: ReturnType<typeof lagPoint>[] }[] = []
    for (const datasetId of datasetIds) {
      if (engine.dataset(datasetId) === null) continue
      const points = await store.lag(datasetId, from, to, DAY_MS)
      items.push({ datasetId, days: points.map(lagPoint) })
    }
    return { items }
  },
})
