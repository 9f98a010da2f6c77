import { isEligible } from '#lib/replication/compare.ts'
import type { PresentSide, SnapshotFilter, SnapshotRef } from '#lib/replication/types/inventory.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import type { History } from './types.ts'

/** Compares every guid of both sides. `nowSeconds` is epoch seconds by the primary's clock. */
export function compareHistories(
  primary: PresentSide,
  backup: PresentSide,
  filter: SnapshotFilter,
  nowSeconds: number,
): History {
  const here = primary.snapshots.toSorted(byCreatetxg)
  const there = backup.snapshots.toSorted(byCreatetxg)
  const places = new Map(there.map((entry, at) => [entry.guid, at]))
  const common = here.filter(({ guid }) => places.has(guid))
  const order = common.map(({ guid }) => places.get(guid) ?? 0)
  const guids = new Set(common.map(({ guid }) => guid))
  const [oldest, newest] = [common[0], common.at(-1)]
  const missing = here.filter(
    (entry) =>
      !guids.has(entry.guid) &&
      oldest !== undefined &&
      newest !== undefined &&
      entry.createtxg > oldest.createtxg &&
      entry.createtxg < newest.createtxg,
  )
  const gaps = missing.filter((entry) => isEligible(filter, entry, nowSeconds))
  const lastCommonThere = order.reduce((last, at) => Math.max(last, at), -1)
  const own = there.flatMap(({ guid }, at) => (guids.has(guid) ? [] : [at]))
  const namesThere = new Map(there.map((entry) => [entry.name, entry]))
  return {
    commonCount: common.length,
    oldest: oldest === undefined ? null : ref(oldest),
    newest: newest === undefined ? null : ref(newest),
    gaps: gaps.map(ref),
    leftOut: missing.length - gaps.length,
    keptOnBackup: own.filter((at) => at < lastCommonThere).length,
    aheadOnBackup: own.filter((at) => at > lastCommonThere).length,
    renamed: common.filter(({ guid, name }) => there[places.get(guid) ?? -1]?.name !== name).length,
    clashes: here.flatMap(({ name, guid }) => {
      const other = namesThere.get(name)
      return other === undefined || other.guid === guid ? [] : [{ name, primaryGuid: guid, backupGuid: other.guid }]
    }),
    sameOrder: order.every((at, index) => index === 0 || at > (order[index - 1] ?? -1)),
  }
}

/**
 * The newest common snapshot that was taken before a moment (epoch seconds). It may have come to the backup later than
 * that, which no listing tells.
 */
export function newestCommonBefore(primary: PresentSide, backup: PresentSide, seconds: number): SnapshotRef | null {
  const there = new Set(backup.snapshots.map(({ guid }) => guid))
  const before = primary.snapshots.filter(({ guid, creation }) => there.has(guid) && creation <= seconds)
  const newest = before.toSorted(byCreatetxg).at(-1)
  return newest === undefined ? null : ref(newest)
}

const byCreatetxg = (a: SnapshotEntry, b: SnapshotEntry): number =>
  a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0

const ref = ({ name, guid, creation }: SnapshotEntry): SnapshotRef => ({ name, guid, creation })
