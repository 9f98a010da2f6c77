import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg } from '../order.ts'
import type { PresentSide } from '../types.ts'

/** Snapshots of the primary newer than a snapshot or bookmark of its own, oldest first. All of them where it has neither. */
export function newerThan(primary: PresentSide, start: { readonly guid: Guid } | null): readonly SnapshotEntry[] {
  const sorted = byCreatetxg(primary.snapshots)
  if (start === null) return sorted
  const txg =
    primary.snapshots.find((entry) => entry.guid === start.guid)?.createtxg ??
    primary.bookmarks.find((entry) => entry.guid === start.guid)?.createtxg
  return txg === undefined ? sorted : sorted.filter((entry) => entry.createtxg > txg)
}
