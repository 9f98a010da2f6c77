import { withEstimates } from '#lib/replication/plan/plan.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { assess } from './assess.ts'
import type { Assessment, EngineContext } from './context.ts'
import { startsByItself } from './enqueue.ts'
import { estimatePlans } from './estimate.ts'
import { judgeOne } from './judge-one.ts'
import type { Monitored } from './monitored.ts'
import type { Repairs } from './repairs.ts'
import { roomFor } from './room.ts'
import type { PreviewOptions } from './types.ts'

/** Reads both sides in full and makes the plan that a person is to be shown. Writes nothing. */
export async function makePreview(
  context: EngineContext,
  repairs: Repairs,
  dataset: Monitored,
  { strategy, signal }: PreviewOptions,
): Promise<Plan> {
  const all = await assess(context, [dataset], { mode: 'fresh', runId: null, estimates: 'all', signal })
  const assessment = all.find((each) => each.dataset.id === dataset.id)
  if (assessment === undefined) throw new Error(`The look at ${dataset.id} did not answer for it.`)
  const plan = withSpace(
    context,
    assessment,
    strategy === 'IN_PLACE' ? await inPlace(context, assessment, signal) : assessment.plan,
  )
  return { ...plan, automatic: startsByItself(context, repairs, { ...assessment, estimated: true }, plan) }
}

/** The same look, planned the other way. What the scans see and remember stays the plan that destroys nothing. */
async function inPlace(context: EngineContext, assessment: Assessment, signal?: AbortSignal): Promise<Plan> {
  const { dataset, comparison } = assessment
  const { host, dataset: backup } = dataset.mapping.backup
  const costs = await context.deps.sans.costs(host, backup, signal)
  const inventory = { ...assessment.inventory, costs }
  const other = judgeOne(context, { dataset, inventory, comparison }, null, 'IN_PLACE')
  const estimates = await estimatePlans(context.deps.sans, context.estimates, [other], { estimates: 'all', signal })
  return withEstimates(other.plan, estimates.get(dataset.id) ?? new Map())
}

/** Space is known only with the estimate, so its tick comes last. */
function withSpace(context: EngineContext, { dataset, inventory }: Assessment, plan: Plan): Plan {
  if (plan.steps.every((step) => step.kind !== 'transfer')) return plan
  const { fits, ask, sentence } = roomFor(context, dataset, plan, inventory)
  const state = fits ? ('ok' as const) : ask ? ('warning' as const) : ('failed' as const)
  const cure = fits || ask ? null : 'Free space in that pool, or lower `keep_free`.'
  const check = { id: 'space' as const, state, sentence, cure }
  const blocked = state === 'failed' ? { code: 'LOW_SPACE', because: sentence, cure: cure ?? '' } : null
  return { ...plan, checks: [...plan.checks, check], blocked: plan.blocked ?? blocked }
}
