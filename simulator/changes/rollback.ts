import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { type Environment, nextTxg } from './environment.ts'

/** Puts the head back to the snapshot; everything later, bookmarks included, is gone. */
export function rollbackTo(env: Environment, pool: PoolRecord, dataset: DatasetRecord, snapshot: SnapshotRecord): void {
  const history = env.store.history(pool, dataset)
  const later = history.snapshots.splice(history.snapshots.indexOf(snapshot) + 1)
  history.bookmarks = history.bookmarks.filter((one) => one.txg <= snapshot.txg)
  const gone = later.reduce((sum, one) => sum + one.written + (one.unique ?? 0), dataset.written)
  dataset.own -= gone
  dataset.refer = snapshot.refer
  dataset.written = 0
  dataset.live = []
  nextTxg(env, pool)
  if (later.length > 0) dataset.snapshotsChanged = env.clock()
  env.store.touchHistory(pool, dataset)
}
