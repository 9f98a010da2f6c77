import { CUT_OFF, type ListingFault, listingFault } from './listing-fault.ts'
import { emptyDataset, type GrowingDataset, SnapshotRows } from './snapshot-row.ts'
import type { BookmarkEntry, SnapshotEntry } from './types.ts'

/** Both lists by createtxg, ties in the order of the listing. */
export interface DatasetSnapshots {
  readonly snapshots: readonly SnapshotEntry[]
  readonly bookmarks: readonly BookmarkEntry[]
  /** What both take here, about. */
  readonly bytes: number
}

export type SnapshotListing =
  | { readonly fault: null; readonly datasets: ReadonlyMap<string, DatasetSnapshots> }
  | { readonly fault: ListingFault }

/**
 * Reads the output of `listSnapshots(datasets)` **that ended with exit code 0**; every dataset asked for then has an
 * entry, an empty one where it has no snapshot. After any other exit code the listing says nothing about what it lacks.
 *
 * Cells are found by indexOf, nothing is split, labels (the same in a thousand datasets) are kept once. What may be long is
 * read as it comes, by `createSnapshotReader`.
 */
export function parseSnapshotListing(text: string, datasets: readonly string[]): SnapshotListing {
  const found = new Map<string, GrowingDataset>(datasets.map((name) => [name, emptyDataset()]))
  const rows = new SnapshotRows(found)
  for (let start = 0, line = 1; start < text.length; line++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return { fault: listingFault(line, text.slice(start), CUT_OFF) }
    const reason = rows.read(text, start, end)
    if (reason !== null) return { fault: listingFault(line, text.slice(start, end), reason) }
    start = end + 1
  }
  return {
    fault: null,
    datasets: new Map(
      [...found].map(([name, { snapshots, bookmarks, bytes }]) => {
        sortByTxg(snapshots)
        sortByTxg(bookmarks)
        return [name, { snapshots, bookmarks, bytes }]
      }),
    ),
  }
}

/** `zfs list` prints them in this order already, so the test for it is what costs. Array sort is stable. */
export function sortByTxg(entries: { readonly createtxg: bigint }[]): void {
  const sorted = entries.every(
    (entry, index) => index === 0 || (entries[index - 1]?.createtxg ?? 0n) <= entry.createtxg,
  )
  if (!sorted) entries.sort((a, b) => (a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0))
}
