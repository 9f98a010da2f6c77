import { compare, filterOf } from '#lib/replication/compare.ts'
import type { Comparison, Inventory } from '#lib/replication/types/inventory.ts'
import type { Monitored } from './monitored.ts'

/** The comparison of what was read; null where a side could not be read (that is not "empty"). */
export function compareSides(dataset: Monitored, inventory: Inventory): Comparison | null {
  const { primary, backup } = inventory
  if (primary.state !== 'present') return null
  if (backup.state !== 'present' && backup.state !== 'missing') return null
  // Ages are by the clock that wrote `creation`: the primary's.
  const primaryNow = inventory.readAt / 1000 + (inventory.primarySkewSeconds ?? 0)
  return compare(primary, backup.state === 'present' ? backup : null, filterOf(dataset.config.policy), primaryNow)
}
