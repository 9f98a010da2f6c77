import { SETS_ASIDE } from '#lib/replication/held-back.ts'
import { tokenDigest } from '#lib/replication/token.ts'
import type { Plan, Step } from '#lib/replication/types/plan.ts'
import type { EngineContext } from './context.ts'
import type { StepFault } from './ports.ts'

/** What moves a backup, or takes its history from it. */
const MOVES: ReadonlySet<string> = new Set(['clone', 'promote', 'swap'])

/**
 * Right before a backup is moved its partial receive is read once more: a receive that has begun since the plan was made,
 * or that was only slow, would go on into the set-aside. Null: it is as it was. After a promote the swap is finished
 * whatever comes in.
 */
export async function partialMoved(
  { deps }: EngineContext,
  plan: Plan,
  step: Step,
  signal: AbortSignal,
): Promise<StepFault | null> {
  if (step.kind !== 'commands' || !MOVES.has(step.role) || !SETS_ASIDE.has(plan.kind)) return null
  const { host, dataset } = plan.mapping.backup
  const now = await deps.sans.resumeToken(host, dataset, signal)
  const digest = now === null || now.token === null ? null : tokenDigest(now.token)
  if (now !== null && digest === plan.expects.tokenDigest) return null
  const why =
    now === null
      ? `${host} did not say whether something is being received into ${dataset}`
      : `the partial receive in ${dataset} on ${host} is not as it was: somebody else may be at work`
  const message = `${step.title}: not done, because ${why}.`
  return { kind: 'plan-stale', host, message, stderrTail: '', retryable: true }
}
