import type { DatasetRecord, Extent, PoolRecord, SnapshotRecord } from '../state/model.ts'
import type { Store } from '../state/store.ts'

/** The snapshots a dataset's head grew from, oldest first: its own, and before them those of what it is a clone of. */
export function lineageOf(store: Store, pool: PoolRecord, dataset: DatasetRecord): SnapshotRecord[] {
  const own = store.history(pool, dataset).snapshots
  const { origin } = dataset
  const parent = origin && pool.datasets.find((one) => one.id === origin.dataset)
  if (!origin || !parent) return own
  const above = lineageOf(store, pool, parent)
  return [...above.slice(0, above.findIndex((one) => one.id === origin.snapshot) + 1), ...own]
}

/** What a snapshot holds that was not there at the transaction group `sinceTxg` (0: all of it). */
export function contentOf(
  store: Store,
  pool: PoolRecord,
  dataset: DatasetRecord,
  snapshot: SnapshotRecord,
  sinceTxg = 0,
): Extent[] {
  const lineage = lineageOf(store, pool, dataset)
  const upTo = lineage.slice(0, lineage.findIndex((one) => one.id === snapshot.id) + 1)
  return upTo.flatMap((one) => one.ext).filter((one) => (one.t ?? snapshot.txg) > sinceTxg)
}
