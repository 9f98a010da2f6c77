import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { randomGuid } from '../state/random.ts'
import { emptyFilesystemBytes, emptyVolumeBytes } from '../state/space.ts'
import { parentIn } from '../state/tree.ts'
import { type Environment, nextTxg } from './environment.ts'

export interface NewDataset {
  readonly name: string
  readonly type: 'filesystem' | 'volume'
  readonly guid?: string
  readonly properties?: Record<string, string>
  readonly mounted?: boolean
  /** Passphrase; makes it an encryption root. */
  readonly secret?: string
}

export function createDataset(env: Environment, pool: PoolRecord, wanted: NewDataset): DatasetRecord {
  const txg = nextTxg(env, pool)
  const bytes = wanted.type === 'volume' ? emptyVolumeBytes : emptyFilesystemBytes
  const dataset: DatasetRecord = {
    id: pool.nextId++,
    name: wanted.name,
    type: wanted.type,
    guid: wanted.guid ?? randomGuid(),
    txg,
    time: env.clock(),
    origin: null,
    local: { ...wanted.properties },
    received: {},
    mounted: wanted.mounted ?? false,
    live: [],
    refer: bytes,
    written: bytes,
    own: bytes,
    snapshotsChanged: null,
    history: 0,
    partial: null,
    grants: [],
    encryptionRoot: null,
    keyLoaded: false,
    large: false,
  }
  pool.datasets.push(dataset)
  if (wanted.secret !== undefined) {
    dataset.secret = wanted.secret
    dataset.keyLoaded = true
    dataset.encryptionRoot = dataset.id
  } else if (wanted.properties?.encryption !== 'off') {
    dataset.encryptionRoot = parentIn(pool, dataset)?.encryptionRoot ?? null
  }
  return dataset
}
