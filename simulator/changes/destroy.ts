import { rmSync } from 'node:fs'
import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { type Environment, nextTxg } from './environment.ts'

/** Removes a snapshot; what it alone separated goes to the one after it, or to the head. */
export function destroySnapshot(
  env: Environment,
  pool: PoolRecord,
  dataset: DatasetRecord,
  snapshot: SnapshotRecord,
): void {
  const { snapshots } = env.store.history(pool, dataset)
  const at = snapshots.indexOf(snapshot)
  const next = snapshots[at + 1]
  if (next) {
    next.ext = [...snapshot.ext, ...next.ext]
    next.written += snapshot.written
  } else {
    dataset.live = [...snapshot.ext, ...dataset.live]
    dataset.written += snapshot.written
  }
  dataset.own -= snapshot.unique ?? 0
  snapshots.splice(at, 1)
  nextTxg(env, pool)
  dataset.snapshotsChanged = env.clock()
  env.store.touchHistory(pool, dataset)
}

/** Removes the dataset with its own snapshots and bookmarks, its partial receive included. */
export function destroyDataset(env: Environment, pool: PoolRecord, dataset: DatasetRecord): void {
  const history = env.store.history(pool, dataset)
  history.snapshots.length = 0
  history.bookmarks.length = 0
  if (dataset.partial) rmSync(env.store.partialFile(pool, dataset.partial.id), { force: true })
  pool.datasets.splice(pool.datasets.indexOf(dataset), 1)
  dataset.gone = true
  nextTxg(env, pool)
  env.store.touchHistory(pool, dataset)
}
