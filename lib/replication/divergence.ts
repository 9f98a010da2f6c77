import type { Comparison, Inventory } from './types.ts'

/** What of the backup stands in the way of an ordinary incremental. */
export interface Divergence {
  /** Own snapshots after the base that hold, or may hold, changes. */
  readonly ahead: boolean
  /** Own snapshots after the base that are known to hold none: an incremental goes past them and they stay. */
  readonly harmlessExtra: boolean
  /** Written to after the newest snapshot. */
  readonly modified: boolean
  readonly clash: boolean
}

/**
 * Meaningful where there is a base. Own snapshots are harmless only if nothing at all was written since the base
 * (`written@base` = 0 and `written` = 0) and the stream is not raw; not read is not zero.
 */
export function divergenceOf(inventory: Inventory, comparison: Comparison, raw: boolean): Divergence {
  const own = comparison.backupAhead.length > 0
  const unchanged = inventory.writtenSinceBase === 0 && comparison.backupWritten === 0 && !raw
  return {
    ahead: own && !unchanged,
    harmlessExtra: own && unchanged,
    modified: comparison.backupWritten > 0,
    clash: comparison.clashes.length > 0,
  }
}

/**
 * All that stands in the way is own snapshots without any change in them, which only a raw stream minds: to destroy
 * exactly these would lose nothing.
 */
export function isOnlyEmptySnapshots(inventory: Inventory, comparison: Comparison): boolean {
  const { backup } = inventory
  const { harmlessExtra, clash } = divergenceOf(inventory, comparison, false)
  return harmlessExtra && !clash && backup.state === 'present' && backup.facts.receiveResumeToken === null
}

export function isDiverged(divergence: Divergence): boolean {
  return divergence.ahead || divergence.modified || divergence.clash
}

/**
 * Does the backup hold anything that following the primary could cost: snapshots without a common one, own snapshots
 * with changes in them, own writes? Where not (a temporary snapshot that was replicated and then destroyed on the
 * primary), a primary that was replaced or went back harms nothing. A raw stream would be refused all the same, and is no
 * matter here.
 */
export function holdsWhatPrimaryLacks(inventory: Inventory, comparison: Comparison): boolean {
  const { backup } = inventory
  if (backup.state !== 'present' || backup.snapshots.length === 0) return false
  const { ahead, modified } = divergenceOf(inventory, comparison, false)
  return comparison.base === null || ahead || modified
}
