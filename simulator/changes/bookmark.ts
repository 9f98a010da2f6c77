import type { BookmarkRecord, SnapshotRecord } from '../state/model.ts'

/** A bookmark keeps of a snapshot, or of another bookmark, what an increment needs to start from it. */
export function bookmarkOf(source: SnapshotRecord | BookmarkRecord, name: string): BookmarkRecord {
  const { guid, txg, time, refer, ivset } = source
  return { name, guid, txg, time, refer, ...(ivset === undefined ? {} : { ivset }) }
}
