import { parseAnchorName } from '#lib/zfs/names.ts'
import type { BookmarkEntry } from '#lib/zfs/types.ts'

/** The rights that make an anchor cannot remove it, so there are never more than this many of ours on a dataset. */
export const ANCHOR_LIMIT = 20

/** Bookmarks of ours: by name and by guid, so that a foreign bookmark that only looks like one is not counted. */
export function ownAnchors(bookmarks: readonly BookmarkEntry[]): readonly BookmarkEntry[] {
  return bookmarks.filter((bookmark) => parseAnchorName(bookmark.name) === bookmark.guid)
}
