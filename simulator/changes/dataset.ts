import { rmSync } from 'node:fs'
import { type Environment, nextTxg } from '../state/environment.ts'
import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { randomGuid } from '../state/random.ts'
import { emptyFilesystemBytes, emptyVolumeBytes } from '../state/space.ts'
import { parentIn } from '../state/tree.ts'

interface NewDataset {
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

/** Moves the dataset and all below it. */
export function renameDataset(env: Environment, pool: PoolRecord, dataset: DatasetRecord, name: string): void {
  const old = dataset.name
  for (const one of pool.datasets) {
    if (one === dataset) one.name = name
    else if (one.name.startsWith(`${old}/`)) one.name = `${name}${one.name.slice(old.length)}`
  }
  nextTxg(env, pool)
}

/** Gives the clone all that its origin owns up to the snapshot it came from; the origin becomes its clone. */
export function promoteClone(env: Environment, pool: PoolRecord, clone: DatasetRecord, old: DatasetRecord): void {
  const { store } = env
  const origin = clone.origin
  if (!origin) return
  const from = store.history(pool, old)
  const to = store.history(pool, clone)
  const last = from.snapshots.findIndex((one) => one.id === origin.snapshot)
  const moved = from.snapshots.splice(0, last + 1)
  const turn = moved.at(-1)
  to.snapshots.unshift(...moved)
  const movedBookmarks = from.bookmarks.filter((one) => turn && one.txg <= turn.txg)
  to.bookmarks.unshift(...movedBookmarks)
  from.bookmarks = from.bookmarks.filter((one) => !movedBookmarks.includes(one))

  const movedIds = new Set(moved.map((one) => one.id))
  for (const one of pool.datasets) {
    if (one.origin?.dataset === old.id && movedIds.has(one.origin.snapshot)) {
      one.origin = { dataset: clone.id, snapshot: one.origin.snapshot }
    }
  }
  clone.origin = old.origin
  old.origin = { dataset: clone.id, snapshot: origin.snapshot }
  const bytes = moved.reduce((sum, one) => sum + one.written + (one.unique ?? 0), 0)
  old.own -= bytes
  clone.own += bytes
  if (clone.encryptionRoot === old.id && old.secret !== undefined) movePromotedKey(pool, clone, old)
  nextTxg(env, pool)
  old.snapshotsChanged = env.clock()
  store.touchHistory(pool, old)
  store.touchHistory(pool, clone)
}

/** Of an encryption root and its clone the promoted one becomes the root; its key leaves memory by that. */
function movePromotedKey(pool: PoolRecord, clone: DatasetRecord, old: DatasetRecord): void {
  clone.secret = old.secret
  for (const name of ['encryption', 'keyformat', 'keylocation']) {
    const value = old.local[name]
    if (value !== undefined) clone.local[name] = value
    delete old.local[name]
  }
  clone.keyLoaded = false
  old.keyLoaded = false
  delete old.secret
  for (const one of pool.datasets) if (one.encryptionRoot === old.id) one.encryptionRoot = clone.id
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
