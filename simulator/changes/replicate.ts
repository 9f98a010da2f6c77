import { parentOf, poolOf } from '../cli/names.ts'
import type { DatasetRecord, SnapshotRecord } from '../state/model.ts'
import { findDataset, openDataset } from '../state/tree.ts'
import { createDataset } from './create.ts'
import { type Environment, nextTxg } from './environment.ts'

export interface CopiedHistory {
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
