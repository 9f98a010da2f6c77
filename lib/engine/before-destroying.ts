import { whatChanged } from '#lib/replication/plan/stale.ts'
import type { Plan, Step } from '#lib/replication/types/plan.ts'
import { assess } from './assess.ts'
import type { EngineContext } from './context.ts'
import type { StepFault } from './ports.ts'
import type { RepairOrder } from './prepare.ts'

/** The steps of an in-place plan after which something is gone for good. */
export function isDestructive(step: Step): boolean {
  return step.kind === 'commands' && (step.role === 'discard' || step.role === 'rollback')
}

/**
 * The last look before something is destroyed: one snapshot, one write, one partial receive more than the person was shown,
 * and it stops. Null: everything is as it was confirmed.
 */
export async function notAsConfirmed(
  context: EngineContext,
  order: RepairOrder,
  plan: Plan,
  signal: AbortSignal,
): Promise<StepFault | null> {
  const all = await assess(context, [order.dataset], {
    mode: 'fresh',
    runId: order.runId,
    estimates: 'behind',
    signal,
  })
  const assessment = all.find(({ dataset }) => dataset.id === order.dataset.id)
  const changed =
    assessment === undefined
      ? 'the backup could not be read.'
      : whatChanged(plan.expects, assessment.inventory, assessment.comparison)
  if (changed === null) return null
  const message = `Nothing was destroyed: the SANs are not as they were when the plan was confirmed. ${changed} Preview the repair again.`
  const { host } = order.dataset.mapping.backup
  return { kind: 'not-as-confirmed', host, message, stderrTail: '', retryable: false }
}
