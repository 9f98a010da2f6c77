import { z } from 'zod'
import { Moment } from '#lib/api/fields.ts'
import { Lag, lagPoint, lagRange } from '#lib/api/lag.ts'
import { datasetId, noSuchDataset } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'How far the backup was behind, over time.',
  operationId: 'lag',
  tags: ['datasets'],
  input: z.object({
    id: datasetId,
    from: Moment.optional().describe('Default: 30 days before `to`.'),
    to: Moment.optional().describe('Exclusive; default: now.'),
    step: z
      .number()
      .int()
      .min(1)
      .max(31 * 86_400)
      .optional()
      .describe('Seconds; default: at most 200 points.'),
  }),
  output: Lag,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id, ...wanted }, { engine, store, now }) {
    if (engine.dataset(id) === null) noSuchDataset(id)
    const { from, to, stepSeconds } = lagRange(wanted, now())
    const points = await store.lag(id, from, to, stepSeconds * 1000)
    return { items: points.map(lagPoint), from: iso(from), to: iso(to), stepSeconds }
  },
})
