import { RIGHTS_OF } from '#lib/zfs/rights.ts'
import { riskOf } from '../chain.ts'
import { decrypts, mismatchFacts, streamOf } from '../encryption.ts'
import { factsNow } from '../plan/expectation.ts'
import { missingFrom } from '../plan/preflight.ts'
import { fits, keepFreeBytes, roomIn } from '../space.ts'
import { halfDoneSwap } from '../swap.ts'
import { partialReceive } from '../token.ts'
import { hasGivenUp, slowTryAt } from '../tries.ts'
import type { Reason } from '../types/reason.ts'
import { inRepairWindow, nextRepairWindow } from '../windows.ts'
import { fact, type JudgeContext, type Rule } from './context.ts'

/** Fault kinds of a failed repair that have a reason of their own. */
const PERMISSION: ReadonlySet<string> = new Set(['permission-denied', 'not-root', 'sudo-password', 'property-refused'])
const SPACE: ReadonlySet<string> = new Set(['out-of-space', 'quota', 'low-space', 'LOW_SPACE'])
const STALL: ReadonlySet<string> = new Set(['stalled', 'STALLED'])

/** What the last repairs met, for as long as none has succeeded since. */
export const repairsRule: Rule = (context) => {
  const { repairs } = context.input
  if (repairs.last === null || repairs.consecutiveFailures === 0) return []
  const { runId, kind, message, at } = repairs.last
  const facts = { runId, kind, message, at }
  const reasons: Reason[] = []
  const { inventory, comparison, mapping, now } = context.input
  if (hasGivenUp(repairs, { facts: factsNow(inventory, comparison) })) {
    const nextTry = context.input.policy.autoRepair ? slowTryAt(repairs, mapping.id, now) : null
    reasons.push(context.reason('REPAIR_FAILING', { ...facts, failures: repairs.consecutiveFailures, nextTry }))
  }
  if (STALL.has(facts.kind)) reasons.push(context.reason('STALLED', facts))
  if (PERMISSION.has(facts.kind)) reasons.push(context.reason('PERMISSION_MISSING', facts))
  if (SPACE.has(facts.kind)) reasons.push(...spaceAfterFailure(context, facts.message))
  return reasons
}

function spaceAfterFailure({ input, reason }: JudgeContext, repairMessage: string): readonly Reason[] {
  const pool = input.inventory.backupPool
  if (pool === null) return []
  const { free, size } = roomIn(pool)
  return [
    reason('LOW_SPACE', {
      pool: pool.name,
      neededBytes: null,
      freeBytes: free,
      keepFreeBytes: keepFreeBytes(input.policy.keepFree, size),
      limit: null,
      repairMessage,
    }),
  ]
}

/** What is behind would not fit, by an estimate that was made. */
export const spaceRule: Rule = ({ input, comparison, backup, reason }) => {
  const pool = input.inventory.backupPool
  const { behindBytes, policy } = input
  if (pool === null || behindBytes === null || comparison === null || comparison.behind.length === 0) return []
  if (input.repairs.last !== null && input.repairs.consecutiveFailures > 0 && SPACE.has(input.repairs.last.kind))
    return []
  const room = roomIn(pool)
  // What has to be seeded goes beside the backup, where its own quota does not count.
  const available = comparison.base === null ? null : (backup?.facts.available ?? null)
  const inPool = fits({
    pool: room,
    booked: 0,
    keepFree: policy.keepFree,
    estimate: behindBytes,
    isIncrement: comparison.base !== null,
  })
  const tooMuch = available !== null && behindBytes > available
  if (inPool.fits && !tooMuch) return []
  const quotas = (input.inventory.quotas ?? []).map(({ dataset, property, bytes }) => ({ dataset, property, bytes }))
  return [
    reason('LOW_SPACE', {
      pool: pool.name,
      neededBytes: behindBytes,
      freeBytes: room.free,
      keepFreeBytes: keepFreeBytes(policy.keepFree, room.size),
      limit: inPool.fits && tooMuch ? { availableBytes: available, quotas } : null,
      repairMessage: null,
    }),
  ]
}

/**
 * Why nothing can be sent. What could not be read is said where something waits for it; else the next check may read it.
 */
export const encryptionRule: Rule = ({ input, comparison, reason }) => {
  const mismatch = streamOf(input)?.mismatch ?? null
  if (mismatch === null) {
    const waits = input.inventory.backup.state === 'missing' || (comparison?.behind.length ?? 0) > 0
    if (!waits || input.line?.decrypted === true || !decrypts(input)) return []
    return [reason('ENCRYPTION_MISMATCH', mismatchFacts(input, 'not-decided'))]
  }
  // A person who has begun to receive it unencrypted has decided that.
  const { state } = partialReceive(input, input.ownToken)
  if (mismatch === 'plain-below-encrypted' && (state === 'idle' || state === 'moving')) return []
  if (mismatch === 'iv-sets-unread' && (comparison === null || comparison.behind.length === 0)) return []
  return [reason('ENCRYPTION_MISMATCH', mismatchFacts(input, mismatch))]
}

/**
 * A right that whatever is sent needs, and that the login certainly does not have. Only where a repair may start by itself:
 * elsewhere someone else may be the one who sends.
 */
export const rightsRule: Rule = ({ input, comparison, reason }) => {
  const { delegated } = input.inventory
  const { primary, backup } = input.mapping
  const sends = comparison !== null && comparison.behind.length > 0
  if (delegated === undefined || !sends || !input.policy.autoRepair || input.policy.dryRun) return []
  const isNew = input.inventory.backup.state === 'missing'
  const lacks = [
    { ...primary, has: delegated.primary, needs: RIGHTS_OF.send },
    { ...backup, has: delegated.backup, needs: [...RIGHTS_OF.receive, ...(isNew ? RIGHTS_OF.receiveNew : [])] },
  ].flatMap(({ host, dataset, has, needs }) => {
    if (has === null || has === 'all') return []
    const missing = missingFrom(has, new Set<string>(needs))
    return missing.length === 0 ? [] : [`on ${host} the login lacks ${missing.join(', ')} for ${dataset}`]
  })
  if (lacks.length === 0) return []
  const message = `${lacks.join('; ')}. The next repair would fail for it.`
  return [reason('PERMISSION_MISSING', { runId: null, kind: 'permission-denied', message, at: input.now })]
}

/** Something to send, and the policy lets it start only at certain hours. Half a swap is finished at any. */
export const repairWindowRule: Rule = ({ input, comparison, reason }) => {
  const { policy, now, timezone } = input
  if (halfDoneSwap(input.inventory) !== null) return []
  if (policy.repairWindow === null || !policy.autoRepair || policy.dryRun) return []
  if (comparison === null || comparison.behind.length === 0 || inRepairWindow(policy.repairWindow, now, timezone))
    return []
  return [
    reason('WAITING_FOR_WINDOW', {
      window: policy.repairWindow.text,
      opensAt: nextRepairWindow(policy.repairWindow, now, timezone),
    }),
  ]
}

export const bookmarkBaseRule: Rule = ({ comparison, reason }) => {
  const base = comparison?.base ?? null
  if (comparison === null || base === null || base.kind !== 'bookmark') return []
  const evidence = { bookmark: base.name, guid: base.guid, backupSnapshot: base.backupName }
  const said = reason('BASE_IS_BOOKMARK', { ...evidence, behind: comparison.behind.length })
  // Nothing waits for it: the next snapshot starts from there, and that is no alarm.
  return [comparison.behind.length === 0 ? { ...said, severity: 'NOTE' } : said]
}

/** Retention on the primary could end the chain. */
export const chainAtRiskRule: Rule = ({ input, comparison, primary, lag, reason }) => {
  if (primary === null || comparison === null) return []
  const risk = riskOf(input, primary, comparison, lag.delaySeconds)
  if (risk === null) return []
  const { commonCount: commonSnapshots } = comparison
  return [reason('CHAIN_AT_RISK', { ...risk, commonSnapshots, snapshot: fact(risk.snapshot) })]
}
