import { type Environment, nextTxg } from '../state/environment.ts'
import type { BookmarkRecord, DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { randomGuid } from '../state/random.ts'

interface NewSnapshot {
  readonly name: string
  readonly guid?: string
  /** Epoch seconds. */
  readonly time?: number
  readonly txg: number
  readonly props?: Record<string, string>
}

/** Freezes the head of the dataset under a name. */
export function takeSnapshot(
  env: Environment,
  pool: PoolRecord,
  dataset: DatasetRecord,
  wanted: NewSnapshot,
): SnapshotRecord {
  const time = wanted.time ?? env.clock()
  const snapshot: SnapshotRecord = {
    id: pool.nextId++,
    name: wanted.name,
    guid: wanted.guid ?? randomGuid(),
    txg: wanted.txg,
    time,
    holds: {},
    ext: dataset.live.map((one) => ({ ...one, t: one.t ?? wanted.txg })),
    refer: dataset.refer,
    written: dataset.written,
    ...(wanted.props ? { props: wanted.props } : {}),
    ...(dataset.encryptionRoot === null ? {} : { ivset: randomGuid() }),
  }
  env.store.history(pool, dataset).snapshots.push(snapshot)
  env.store.touchHistory(pool, dataset)
  dataset.live = []
  dataset.written = 0
  dataset.snapshotsChanged = env.clock()
  return snapshot
}

/** A bookmark keeps of a snapshot, or of another bookmark, what an increment needs to start from it. */
export function bookmarkOf(source: SnapshotRecord | BookmarkRecord, name: string): BookmarkRecord {
  const { guid, txg, time, refer, ivset } = source
  return { name, guid, txg, time, refer, ...(ivset === undefined ? {} : { ivset }) }
}

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
