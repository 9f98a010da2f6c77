import { chooseStream } from '../encryption.ts'
import { fits, keepFreeBytes } from '../space.ts'
import type { Reason } from '../types.ts'
import type { JudgeContext, Rule } from './context.ts'

/** Fault kinds of a failed repair that have a reason of their own. */
const PERMISSION: ReadonlySet<string> = new Set(['permission-denied', 'not-root', 'sudo-password', 'property-refused'])
const SPACE: ReadonlySet<string> = new Set(['out-of-space', 'quota', 'low-space', 'LOW_SPACE'])
const STALL: ReadonlySet<string> = new Set(['stalled', 'STALLED'])

/** What the last repairs met, for as long as none has succeeded since. */
export const repairsRule: Rule = (context) => {
  const { repairs } = context.input
  if (repairs.last === null || repairs.consecutiveFailures === 0) return []
  const facts = repairs.last
  const reasons: Reason[] = []
  if (repairs.sameTwice && repairs.consecutiveFailures >= 2) {
    reasons.push(context.tell('REPAIR_FAILING', { ...facts, failures: repairs.consecutiveFailures }))
  }
  if (STALL.has(facts.kind)) reasons.push(context.tell('STALLED', facts))
  if (PERMISSION.has(facts.kind)) reasons.push(context.tell('PERMISSION_MISSING', facts))
  if (SPACE.has(facts.kind)) reasons.push(...spaceAfterFailure(context, facts.message))
  return reasons
}

function spaceAfterFailure({ input, tell }: JudgeContext, repairMessage: string): readonly Reason[] {
  const pool = input.inventory.backupPool
  if (pool === null) return []
  const keep = keepFreeBytes(input.policy.keepFree, pool.sizeBytes)
  return [
    tell('LOW_SPACE', {
      pool: pool.name,
      neededBytes: null,
      freeBytes: pool.freeBytes,
      keepFreeBytes: keep,
      repairMessage,
    }),
  ]
}

/** What is behind would not fit, by an estimate that was made. */
export const spaceRule: Rule = ({ input, comparison, tell }) => {
  const pool = input.inventory.backupPool
  const { behindBytes, policy } = input
  if (pool === null || behindBytes === null || comparison === null || comparison.behind.length === 0) return []
  if (input.repairs.last !== null && input.repairs.consecutiveFailures > 0 && SPACE.has(input.repairs.last.kind))
    return []
  const { freeBytes: poolFree, sizeBytes: poolSize } = pool
  const answer = fits({ poolFree, poolSize, booked: 0, keepFree: policy.keepFree, estimate: behindBytes })
  if (answer.fits) return []
  const keep = keepFreeBytes(policy.keepFree, pool.sizeBytes)
  return [
    tell('LOW_SPACE', {
      pool: pool.name,
      neededBytes: behindBytes,
      freeBytes: pool.freeBytes,
      keepFreeBytes: keep,
      repairMessage: null,
    }),
  ]
}

export const encryptionRule: Rule = ({ input, primary, backup, tell }) => {
  if (primary === null || input.inventory.backup.state === 'unknown') return []
  const { mismatch } = chooseStream(input.policy, primary.facts, backup?.facts ?? null)
  return mismatch === null ? [] : [tell('ENCRYPTION_MISMATCH', { why: mismatch, keyStatus: primary.facts.keyStatus })]
}
