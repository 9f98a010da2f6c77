import { RIGHTS_OF } from '#lib/zfs/rights.ts'
import { SETS_ASIDE } from './held-back.ts'
import { missingFrom } from './plan/preflight.ts'
import type { Comparison, Inventory } from './types/inventory.ts'
import type { Plan, PlanKind } from './types/plan.ts'
import type { RepairHistory, Tried } from './types/verdict.ts'

const FIRST_MS = 5 * 60_000
const LONGEST_MS = 6 * 60 * 60_000
/** The wait is spread by up to this share either way, so that a hundred datasets do not come back at once. */
const JITTER = 0.2

/**
 * When the next automatic try may start, epoch ms; null = at once. Five minutes after the first failure, doubled each
 * time, at most six hours. The jitter comes from the dataset's id, so the same question has the same answer. A failure
 * from the future was dated by a clock that has been put right since: how long ago it was is not known, and no wait can
 * be counted from it. The next failure is dated rightly.
 */
export function nextTryAt(repairs: RepairHistory, datasetId: string, now: number): number | null {
  if (repairs.consecutiveFailures <= 0 || repairs.last === null || repairs.last.at > now) return null
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(30, repairs.consecutiveFailures - 1))
  const spread = 1 + JITTER * (2 * share(`${datasetId}\n${repairs.consecutiveFailures}`) - 1)
  return repairs.last.at + Math.round(doubled * spread)
}

/**
 * Two equal failures of an equal plan: a third one would end the same way, and what stands now would make that plan. `kind`:
 * of the plan that is asked about, where there is one yet.
 */
export function hasGivenUp(
  repairs: RepairHistory,
  now: { readonly kind?: PlanKind; readonly facts: Tried['facts'] },
): boolean {
  if (!repairs.sameTwice || repairs.consecutiveFailures < 2) return false
  const tried = repairs.last?.tried ?? null
  return tried !== null && (now.kind ?? tried.kind) === tried.kind && sameFacts(now.facts, tried.facts)
}

const SLOWLY_MS = 24 * 3600_000

/**
 * When the next try starts by itself after two equal failures, epoch ms: once a day, spread by a tenth; null: at once. What
 * is not cured fails again and costs little; what was cured, and no check could see it, goes on.
 */
export function slowTryAt({ last }: RepairHistory, datasetId: string, now: number): number | null {
  if (last === null || last.at > now) return null
  const at = last.at + Math.round(SLOWLY_MS * (1 + JITTER * (share(datasetId) - 0.5)))
  return at > now ? at : null
}

/** 0 ≤ x < 1 from a text (FNV-1a): evenly spread, not secret. */
function share(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}

export function triedOf({ kind, expects }: Pick<Plan, 'kind' | 'expects'>): Tried {
  const { primaryDatasetGuid, backupDatasetGuid, baseGuid, backupAfterBase, backupWritten, tokenDigest } = expects
  return {
    kind,
    facts: { primaryDatasetGuid, backupDatasetGuid, baseGuid, backupAfterBase, backupWritten, tokenDigest },
  }
}

export function sameFacts(one: Tried['facts'], other: Tried['facts']): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Kinds whose failure is over where nothing is missing any more, whoever brought it. */
const BRINGS: ReadonlySet<PlanKind> = new Set(['INCREMENTAL', 'FROM_BOOKMARK', 'SEED', 'RESUME'])

/**
 * Does this look show that the last failures say nothing of the next repair? Someone else has brought the backup on, or
 * what made them fail is gone, as far as a look can see that. Only where both sides were seen.
 */
export function isSettled(history: RepairHistory, inventory: Inventory, comparison: Comparison | null): boolean {
  const { last } = history
  const tried = last?.tried ?? null
  if (last === null || tried === null || comparison === null || inventory.primary.state !== 'present') return false
  if (inventory.backup.state !== 'present')
    return inventory.backup.state === 'missing' && causeGone(last, tried, inventory)
  const { baseGuid } = tried.facts
  const createtxg = new Map(inventory.backup.snapshots.map((entry) => [entry.guid, entry.createtxg]))
  const { base } = comparison
  const before = baseGuid === null ? null : createtxg.get(baseGuid)
  const now = base === null ? undefined : createtxg.get(base.guid)
  if (now !== undefined && before !== undefined && (before === null || now > before)) return true
  if (base !== null && comparison.behind.length === 0 && BRINGS.has(tried.kind)) return true
  return causeGone(last, tried, inventory)
}

function causeGone(last: NonNullable<RepairHistory['last']>, { kind }: Tried, inventory: Inventory): boolean {
  // What stands beside the backup could be listed, and so its parent is there.
  if (last.kind === 'parent-missing') return inventory.backupSiblings !== undefined
  // A repair that was refused before its first step, for a right that its login has by now. What a set-aside needs besides
  // is not read at a check.
  if (last.kind !== 'permission-denied' || last.step !== null || SETS_ASIDE.has(kind)) return false
  const { primary = null, backup = null } = inventory.delegated ?? {}
  const isNew = inventory.backup.state === 'missing'
  const receive = [...RIGHTS_OF.receive, ...(isNew ? RIGHTS_OF.receiveNew : [])]
  return has(primary, [...RIGHTS_OF.send, ...RIGHTS_OF.sendBetween]) && has(backup, receive)
}

function has(rights: ReadonlySet<string> | 'all' | null, needs: readonly string[]): boolean {
  return rights === 'all' || (rights !== null && missingFrom(rights, new Set(needs)).length === 0)
}
