import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import type { SnapshotRef } from './types.ts'

interface Ordered {
  readonly createtxg: bigint
}

/**
 * The entries of one side, oldest first. Only createtxg orders: creation has ties and goes back with the clock. A
 * listing normally comes sorted, so it is looked at once before it is copied; equal createtxg keep the listing's order.
 */
export function byCreatetxg<T extends Ordered>(entries: readonly T[]): readonly T[] {
  let previous: T | null = null
  for (const entry of entries) {
    if (previous !== null && entry.createtxg < previous.createtxg) return entries.toSorted(compareTxg)
    previous = entry
  }
  return entries
}

function compareTxg(a: Ordered, b: Ordered): number {
  return a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0
}

/** The entry with the highest createtxg. */
export function newestOf<T extends Ordered>(entries: readonly T[]): T | null {
  return byCreatetxg(entries).at(-1) ?? null
}

export function toRef(entry: SnapshotEntry): SnapshotRef {
  return { name: entry.name, guid: entry.guid, creation: entry.creation }
}

export function byGuid<T extends { readonly guid: Guid }>(entries: readonly T[]): ReadonlyMap<Guid, T> {
  const found = new Map<Guid, T>()
  for (const entry of entries) found.set(entry.guid, entry)
  return found
}
