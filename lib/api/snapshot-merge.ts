import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'

/** One snapshot on one or both sides; never both null. */
export interface MergedSnapshot {
  readonly guid: Guid
  readonly primary: SnapshotEntry | null
  readonly backup: SnapshotEntry | null
}

/**
 * Both histories as one list, oldest first, matched by guid. Each side keeps its own order (createtxg, which means
 * nothing across pools); between two common snapshots, what only one side has is ordered by its creation.
 */
export function mergeSnapshots(
  primary: readonly SnapshotEntry[],
  backup: readonly SnapshotEntry[],
): readonly MergedSnapshot[] {
  const left = inOrder(primary)
  const right = inOrder(backup)
  const known = new Set(left.map((entry) => entry.guid))
  const positions = new Map(right.map((entry, position) => [entry.guid, position]))
  const merged: MergedSnapshot[] = []
  let waiting: SnapshotEntry[] = []
  let at = 0
  const takeUpTo = (end: number): void => {
    const only = right.slice(at, end).filter((entry) => !known.has(entry.guid))
    merged.push(...byCreation(waiting, only))
    waiting = []
    at = Math.max(at, end)
  }
  for (const entry of left) {
    const position = positions.get(entry.guid)
    if (position === undefined) {
      waiting.push(entry)
      continue
    }
    takeUpTo(position)
    at = Math.max(at, position + 1)
    merged.push({ guid: entry.guid, primary: entry, backup: right[position] ?? null })
  }
  takeUpTo(right.length)
  return merged
}

function inOrder(entries: readonly SnapshotEntry[]): readonly SnapshotEntry[] {
  return [...entries].sort((a, b) => (a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0))
}

/** Two lists that stay in their own order; the primary's comes first where both are of the same second. */
function byCreation(primary: readonly SnapshotEntry[], backup: readonly SnapshotEntry[]): MergedSnapshot[] {
  const rows: MergedSnapshot[] = []
  let at = 0
  for (const entry of primary) {
    for (let other = backup[at]; other !== undefined && other.creation < entry.creation; other = backup[++at]) {
      rows.push({ guid: other.guid, primary: null, backup: other })
    }
    rows.push({ guid: entry.guid, primary: entry, backup: null })
  }
  return [...rows, ...backup.slice(at).map((other) => ({ guid: other.guid, primary: null, backup: other }))]
}
