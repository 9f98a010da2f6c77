import { compare } from '../../compare.ts'
import { filterOf } from '../../filter.ts'
import { byCreatetxg, byGuid, toRef } from '../../order.ts'
import type { Comparison, PresentSide } from '../../types.ts'
import type { PlanInput } from '../draft.ts'

/**
 * From where a rewound backup can catch up. Mostly that is the base itself; but a snapshot up to the base whose name
 * the primary uses for another one by now (names that go round) would stay in the way, so the base is then the newest
 * common snapshot from before all of these. `base` null: there is none, and only a new seed can help.
 */
export function clashFree(
  { inventory, policy }: Pick<PlanInput, 'inventory' | 'policy'>,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
): Comparison {
  const there = byGuid(backup.snapshots)
  const txgOf = (guid: string | undefined) => there.get(guid ?? '')?.createtxg ?? 0n
  const now = inventory.readAt / 1000 + (inventory.primarySkewSeconds ?? 0)
  let seen = comparison
  for (;;) {
    const base = txgOf(seen.base?.guid)
    const inTheWay = seen.clashes.map(({ backupGuid }) => txgOf(backupGuid)).filter((txg) => txg <= base)
    if (seen.base === null || inTheWay.length === 0) break
    const kept = backup.snapshots.filter(({ createtxg }) => inTheWay.every((txg) => createtxg < txg))
    seen = compare(primary, { ...backup, snapshots: kept }, filterOf(policy), now)
  }
  if (seen === comparison) return comparison
  const after = byCreatetxg(backup.snapshots).filter(({ createtxg }) => createtxg > txgOf(seen.base?.guid))
  const { backupWritten, clashes } = comparison
  return { ...seen, backupAhead: after.map(toRef), backupWritten, clashes }
}
