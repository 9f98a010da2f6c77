import { z } from 'zod'
import type { DatasetView } from '#lib/engine/types.ts'
import { AutomaticCode, PlanKind } from './plan-words.ts'

export const Forecast = z
  .object({
    datasets: z.number().int().describe('How many would be looked at.'),
    repairs: z.number().int().describe('How many repairs the policy would start; none destroys anything.'),
    estimateBytes: z.number().nullable().describe('Of those repairs together; null where one has no estimate.'),
    kinds: z.array(z.object({ kind: PlanKind, count: z.number().int() })),
    held: z
      .array(z.object({ code: AutomaticCode, count: z.number().int() }))
      .describe('Datasets with something to repair that would be left out, by reason.'),
  })
  .meta({ id: 'Forecast', description: 'What "run now" would do.' })

/** From the plans of the last look: the next look may see something else. */
export function forecastOf(views: readonly DatasetView[]): z.input<typeof Forecast> {
  const plans = views.flatMap(({ plan, dataset }) => (plan === null || dataset.retired ? [] : [plan]))
  const run = plans.filter((plan) => plan.automatic.allowed)
  const left = plans.filter((plan) => !plan.automatic.allowed && plan.kind !== 'NOTHING')
  const known = run.every((plan) => plan.estimateBytes !== null)
  return {
    datasets: views.length,
    repairs: run.length,
    estimateBytes: known ? run.reduce((sum, plan) => sum + (plan.estimateBytes ?? 0), 0) : null,
    kinds: counted(run.map((plan) => plan.kind)).map(([kind, count]) => ({ kind, count })),
    held: counted(left.map((plan) => plan.automatic.code)).map(([code, count]) => ({ code, count })),
  }
}

/** Most first. */
function counted<Word extends string>(words: readonly Word[]): [Word, number][] {
  return [...Map.groupBy(words, (word) => word)]
    .map(([word, all]): [Word, number] => [word, all.length])
    .sort((a, b) => b[1] - a[1])
}
