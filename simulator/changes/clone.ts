import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { createDataset, type NewDataset } from './create.ts'
import type { Environment } from './environment.ts'

export function cloneSnapshot(
  env: Environment,
  pool: PoolRecord,
  source: DatasetRecord,
  snapshot: SnapshotRecord,
  wanted: Omit<NewDataset, 'type'>,
): DatasetRecord {
  const volsize = source.local.volsize
  const properties = { ...(volsize === undefined ? {} : { volsize }), ...wanted.properties }
  const clone = createDataset(env, pool, { ...wanted, type: source.type, properties })
  clone.origin = { dataset: source.id, snapshot: snapshot.id }
  clone.refer = snapshot.refer
  clone.written = 0
  clone.own = 0
  clone.large = source.large
  clone.encryptionRoot = source.encryptionRoot
  return clone
}
