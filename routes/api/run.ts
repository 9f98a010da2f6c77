import { z } from 'zod'
import { impossible, withRefusals } from '#lib/api/refusals.ts'
import { accepted, Run, triggerOf } from '#lib/api/run.ts'
import { Forecast, forecastOf } from '#lib/api/run-detail.ts'
import type { Scope } from '#lib/engine/types.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What a POST here would do, as far as the last look can tell.',
  description: 'Nothing is read and nothing is started.',
  operationId: 'runForecast',
  tags: ['runs'],
  output: Forecast,
  run: (_, { engine }) => forecastOf(engine.datasets()),
})

export const POST = defineRoute({
  summary: 'Look at all datasets now, and start the repairs that the policy allows.',
  description: 'Never destroys anything. An empty body means all datasets.',
  operationId: 'run',
  tags: ['runs'],
  input: z.strictObject({
    datasetIds: z.array(z.string().min(1).max(300)).min(1).max(1000).optional(),
    pair: z.string().min(1).max(300).optional().describe('Name of a pair; not together with `datasetIds`.'),
    mode: z.enum(['CHECK']).optional().describe('`CHECK`: only look, start no repair.'),
    reason: z.string().max(500).optional(),
  }),
  output: Run,
  status: 202,
  errors: { 404: ['NO_SUCH_DATASET', 'NO_SUCH_PAIR'], 409: ['ALREADY_RUNNING'], 503: ['SHUTTING_DOWN'] },
  async run({ mode, reason, ...wanted }, context) {
    const { engine, now } = context
    const { run } = await withRefusals(() =>
      engine.scan({ scope: scopeOf(wanted), enqueue: mode !== 'CHECK', reason, trigger: triggerOf(context) }),
    )
    return accepted(run, now())
  },
})

function scopeOf({ datasetIds, pair }: { readonly datasetIds?: string[]; readonly pair?: string }): Scope {
  if (datasetIds && pair !== undefined) impossible('/pair', 'Give `datasetIds` or `pair`, not both.')
  if (datasetIds) return { kind: 'datasets', ids: datasetIds }
  return pair === undefined ? { kind: 'all' } : { kind: 'pair', pair }
}
