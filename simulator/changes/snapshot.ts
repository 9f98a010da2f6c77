import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { randomGuid } from '../state/random.ts'
import type { Environment } from './environment.ts'

export interface NewSnapshot {
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
