import { type Environment, nextTxg } from '../state/environment.ts'
import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { randomSeed } from '../state/random.ts'
import { findDataset, openDataset } from '../state/tree.ts'
import { parentOf, poolOf } from '../words/names.ts'
import { createDataset } from './dataset.ts'

/** What ZFS writes beside the data when a dataset changes. */
const overheadBytes = 12_288

/** Adds data to the head of the dataset; with 0 bytes it is touched only, as by an access time. */
export function writeData(env: Environment, pool: PoolRecord, dataset: DatasetRecord, bytes: number): void {
  nextTxg(env, pool)
  const total = bytes + overheadBytes
  if (bytes > 0) dataset.live.push({ b: bytes, s: randomSeed() })
  dataset.refer += total
  dataset.written += total
  dataset.own += total
}

interface CopiedHistory {
  readonly type: DatasetRecord['type']
  readonly volsize: string | undefined
  readonly snapshots: readonly SnapshotRecord[]
}

/** Puts the snapshots into the dataset as received ones: same guid and creation, createtxg of this pool. */
export function replicateHistory(env: Environment, name: string, copied: CopiedHistory): void {
  const { store } = env
  const makeParents = (one: string) => {
    const above = parentOf(one)
    if (above === null || findDataset(store, above)) return
    makeParents(above)
    createDataset(env, openDataset(store, poolOf(above)).pool, { name: above, type: 'filesystem', mounted: true })
  }
  makeParents(name)
  const { pool } = openDataset(store, poolOf(name))
  const known = findDataset(store, name)?.dataset
  const properties: Record<string, string> = copied.volsize === undefined ? {} : { volsize: copied.volsize }
  const dataset = known ?? createDataset(env, pool, { name, type: copied.type, properties })
  const history = store.history(pool, dataset)
  const have = new Set(history.snapshots.map((one) => one.guid))
  for (const snapshot of copied.snapshots) {
    if (have.has(snapshot.guid)) continue
    const txg = nextTxg(env, pool)
    const ext = snapshot.ext.map(({ b, s }) => ({ b, s, t: txg }))
    // The first one brings along what an empty dataset takes, which is counted already.
    const bytes = history.snapshots.length === 0 ? snapshot.refer - dataset.refer : snapshot.written
    dataset.own += bytes
    dataset.refer += bytes
    history.snapshots.push({ ...snapshot, id: pool.nextId++, txg, holds: {}, ext, refer: dataset.refer })
  }
  dataset.written = 0
  dataset.snapshotsChanged = copied.snapshots.at(-1)?.time ?? env.clock()
  store.touchHistory(pool, dataset)
}
