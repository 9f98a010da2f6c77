import { decodeCursor, encodeCursor } from './cursor.ts'
import type { SnapshotStateWord, SnapshotView } from './snapshots.ts'

const LIST = 'snapshots'

/**
 * A page of rows that stand newest first. The cursor names the last row by guid; when it has been destroyed meanwhile,
 * its time says where to go on.
 */
export function pageOfSnapshots(
  rows: readonly SnapshotView[],
  query: { readonly state?: readonly SnapshotStateWord[]; readonly limit: number; readonly cursor?: string },
): { readonly items: SnapshotView[]; readonly nextCursor: string | null } {
  const rest = rows.slice(query.cursor === undefined ? 0 : positionAfter(rows, query.cursor))
  const wanted = query.state?.length ? rest.filter((row) => query.state?.includes(row.state)) : rest
  const items = wanted.slice(0, query.limit)
  const last = items.at(-1)
  const more = last !== undefined && wanted.length > items.length
  return { items, nextCursor: more ? encodeCursor(LIST, [last.guid, last.createdAt]) : null }
}

function positionAfter(rows: readonly SnapshotView[], cursor: string): number {
  const [guid, createdAt] = decodeCursor(LIST, 2, cursor)
  const at = rows.findIndex((row) => row.guid === guid)
  if (at >= 0) return at + 1
  const older = rows.findIndex((row) => row.createdAt < String(createdAt))
  return older < 0 ? rows.length : older
}
