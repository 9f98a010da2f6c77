import type { Reason } from '../types/reason.ts'
import { fact, factOrNull, type JudgeContext, type Rule } from './context.ts'
import { isTogether } from './left-out.ts'

/** Status by delay, where there is something to go on from. Exactly one of its first four codes. */
export const lagRule: Rule = (context) => {
  const { comparison } = context
  if (comparison === null || comparison.base === null) return []
  if (comparison.eligibleCount === 0 && !isTogether(context)) return []
  return [delayReason(context, comparison.skipped.length), ...recoveryPointRule(context)].filter(
    (each) => each !== null,
  )
}

/** LAG_CRITICAL, LAGGING, WITHIN_POLICY or UP_TO_DATE; null where the delay is not known. */
export function delayReason(context: JudgeContext, skipped: number): Reason | null {
  const { lag, input, reason, comparison } = context
  const { maxDelaySeconds, warnDelaySeconds } = input.policy
  if (lag.delaySeconds === null) return null
  const snapshots = lag.snapshots ?? 0
  const evidence = {
    delaySeconds: lag.delaySeconds,
    snapshots,
    bytes: input.behindBytes,
    warnDelaySeconds,
    maxDelaySeconds,
    oldestMissing: factOrNull(lag.oldestMissing),
  }
  if (lag.delaySeconds > maxDelaySeconds) return reason('LAG_CRITICAL', evidence)
  if (lag.delaySeconds > warnDelaySeconds) return reason('LAGGING', evidence)
  const held = comparison?.base ?? comparison?.newestCommon ?? input.memory.last?.newestCommon ?? null
  if (snapshots > 0 || lag.delaySeconds > 0 || held === null) return reason('WITHIN_POLICY', evidence)
  return reason('UP_TO_DATE', { newestCommon: fact(held), skipped, nothingWanted: comparison?.eligibleCount === 0 })
}

/** Judged only where the policy sets a limit: what would be lost if the primary died now. */
export const recoveryPointRule: Rule = ({ lag, input, reason, comparison }) => {
  const limit = input.policy.maxRecoveryPointSeconds
  if (limit === null || lag.lagSeconds === null || lag.lagSeconds <= limit) return []
  const newest = comparison?.base ?? comparison?.newestCommon ?? input.memory.last?.newestCommon ?? null
  return [
    reason('RECOVERY_POINT_OLD', {
      lagSeconds: lag.lagSeconds,
      maxRecoveryPointSeconds: limit,
      newestCommon: factOrNull(newest),
    }),
  ]
}
