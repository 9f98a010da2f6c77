import { RIGHTS_OF } from '#lib/zfs/rights.ts'
import { SETS_ASIDE } from './lineage.ts'
import { missingFrom } from './preflight/needed-rights.ts'
import type { Comparison, Inventory, Plan, PlanKind, RepairHistory, Tried } from './types.ts'

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
 * Does this look show that the last failures say nothing of the next repair? Somebody else has brought the backup on, or
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
