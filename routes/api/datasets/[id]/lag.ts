import { z } from 'zod'
import { epoch, Moment } from '#lib/api/fields.ts'
import { isTooFine, Lag, lagPoint, stepFor } from '#lib/api/lag.ts'
import { datasetId, noSuchDataset } from '#lib/api/refusals.ts'
import { badRequest } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

const MONTH_MS = 30 * 86_400_000

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
  async run({ id, step, ...range }, { engine, store, now }) {
    if (engine.dataset(id) === null) noSuchDataset(id)
    const to = range.to === undefined ? now() : epoch(range.to)
    const from = range.from === undefined ? to - MONTH_MS : epoch(range.from)
    if (from >= to) refuse('/from', '`from` must be before `to`.')
    const stepSeconds = step ?? stepFor(to - from)
    if (isTooFine(to - from, stepSeconds))
      refuse('/step', 'More than 1,000 points; take a longer step or a shorter time.')
    const points = await store.lag(id, from, to, stepSeconds * 1000)
    return { items: points.map(lagPoint), from: iso(from), to: iso(to), stepSeconds }
  },
})

function refuse(pointer: string, detail: string): never {
  return badRequest(detail, 'BAD_PARAMETER', { errors: [{ pointer, code: 'IMPOSSIBLE', detail }] })
}
