import type { BookmarkEntry, Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { toRef } from './order.ts'
import type { Comparison } from './types.ts'

interface FoundBase {
  readonly newestCommon: Comparison['newestCommon']
  readonly commonCount: number
  /** `createtxg` is the primary's. */
  readonly base: { readonly ref: NonNullable<Comparison['base']>; readonly createtxg: bigint } | null
}

/**
 * The newest snapshot that both sides hold, and the newest thing that an incremental can start from: that snapshot, or
 * a bookmark on the primary of a backup snapshot that the primary itself has no more. A bookmark keeps the createtxg of
 * its snapshot, so the two can be ordered; on a tie the snapshot is better (only it can start a `-I`).
 */
export function findBase(
  here: readonly SnapshotEntry[],
  bookmarks: readonly BookmarkEntry[],
  there: ReadonlyMap<Guid, SnapshotEntry>,
): FoundBase {
  let common: SnapshotEntry | null = null
  let commonCount = 0
  for (const entry of here) {
    if (!there.has(entry.guid)) continue
    commonCount++
    common = entry
  }
  let mark: BookmarkEntry | null = null
  for (const bookmark of bookmarks) {
    if (there.has(bookmark.guid) && (mark === null || bookmark.createtxg > mark.createtxg)) mark = bookmark
  }

  const backupName = (guid: Guid) => there.get(guid)?.name ?? ''
  const newestCommon = common === null ? null : { ...toRef(common), backupName: backupName(common.guid) }
  if (mark !== null && (common === null || mark.createtxg > common.createtxg)) {
    const ref = { name: mark.name, guid: mark.guid, creation: mark.creation, kind: 'bookmark' as const }
    return {
      newestCommon,
      commonCount,
      base: { ref: { ...ref, backupName: backupName(mark.guid) }, createtxg: mark.createtxg },
    }
  }
  if (common === null || newestCommon === null) return { newestCommon: null, commonCount, base: null }
  return {
    newestCommon,
    commonCount,
    base: { ref: { ...newestCommon, kind: 'snapshot' }, createtxg: common.createtxg },
  }
}
