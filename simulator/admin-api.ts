import { createDataset, destroyDataset } from './changes/dataset.ts'
import { replicateHistory, writeData } from './changes/history.ts'
import { bookmarkOf, destroySnapshot, takeSnapshot } from './changes/snapshot.ts'
import { type MisbehaviourFile, writeMisbehaviour } from './misbehave/rules.ts'
import { type Environment, nextTxg } from './state/environment.ts'
import type { Grant, PoolRecord } from './state/model.ts'
import { randomGuid } from './state/random.ts'
import { Store } from './state/store.ts'
import { findDataset, findSnapshot, openDataset, openSnapshot } from './state/tree.ts'
import { digestOf, totalBytes } from './stream/content.ts'
import { contentOf } from './stream/plan.ts'
import { parentOf, poolOf } from './words/names.ts'

export type { Misbehaviour } from './misbehave/rules.ts'

interface PoolOptions {
  readonly sizeBytes: number
  /** As 1.5 on a raidz1 of three disks; default 1. */
  readonly rawPerByte?: number
  /** Settings of the root dataset, as `{ mountpoint: '/pools/tank', compression: 'lz4' }`. */
  readonly properties?: Record<string, string>
}

interface DatasetOptions {
  /** Default `filesystem`. */
  readonly type?: 'filesystem' | 'volume'
  readonly guid?: string
  /** Stored as local; sizes in bytes, as `{ quota: '1048576' }`. A volume needs `volsize`. */
  readonly properties?: Record<string, string>
  /** Default: a filesystem is mounted. */
  readonly mounted?: boolean
  /** Makes it an encryption root; give `encryption` and `keyformat` in the properties. */
  readonly passphrase?: string
}

interface SnapshotOptions {
  /** Epoch seconds; default now by the host's clock. */
  readonly creation?: number
  /** Data written just before it. */
  readonly bytes?: number
  readonly guid?: string
}

export interface Simulator {
  readonly directory: string
  readonly pool: { create(name: string, options: PoolOptions): void; destroy(name: string): void }
  readonly dataset: {
    /** Makes missing parents too. */
    create(name: string, options?: DatasetOptions): void
    destroy(name: string): void
  }
  /** Takes `ds@name`; returns its guid. */
  snapshot(name: string, options?: SnapshotOptions): string
  /** Removes `ds@name` without asking for holds. */
  forget(name: string): void
  /** Adds data to the head; 0 bytes changes it without data, as an access time does. */
  write(dataset: string, bytes: number): void
  hold(snapshot: string, tag: string): void
  bookmark(snapshot: string, mark: string): void
  allow(dataset: string, user: string, rights: readonly string[], scope?: Grant['scope']): void
  setPool(
    name: string,
    change: Partial<Pick<PoolRecord, 'health' | 'imported' | 'readonly' | 'size' | 'rawPerByte'>>,
  ): void
  /** Replaces all misbehaviour; `misbehave({})` ends it. */
  misbehave(what: Partial<MisbehaviourFile>): void
  /** Copies a dataset's snapshots, up to `upTo` or all, into a dataset of another SAN, as sends and receives would. */
  replicate(from: string, target: Simulator, to: string, upTo?: string): void
  /** What `ds@name` holds: bytes of data, and a digest that is equal exactly when the data are. */
  content(snapshot: string): { bytes: number; digest: string }
  /** Many changes at the cost of one: nothing is written before the end, nothing at all when it throws. */
  batch<T>(work: () => T): T
  readonly store: Store
}

/** The state directory of one SAN, made if it is not there; safe to use while commands run on it. `now`: epoch ms. */
export function openSimulator(directory: string, now: () => number = Date.now): Simulator {
  const store = new Store(directory)
  const clock = () => Math.floor(now() / 1000)
  const env: Environment = { store, clock }
  const change = <T>(work: () => T) => store.transaction(work)
  const fresh = <T>(work: () => T) => store.transaction(work)

  const makeDataset = (name: string, options: DatasetOptions = {}) => {
    const parent = parentOf(name)
    if (parent !== null && !findDataset(store, parent)) makeDataset(parent)
    const { pool } = openDataset(store, poolOf(name))
    const { type = 'filesystem', passphrase, ...rest } = options
    if (findDataset(store, name)) throw new Error(`The simulated dataset ${name} is there already.`)
    const secret = passphrase === undefined ? {} : { secret: passphrase }
    createDataset(env, pool, { name, type, mounted: type === 'filesystem', ...rest, ...secret })
  }

  return {
    directory,
    store,
    pool: {
      create: (name, { sizeBytes, rawPerByte, properties }) =>
        change(() => {
          if (store.allPools().some((one) => one.name === name))
            throw new Error(`The simulated pool ${name} is there already.`)
          const pool: PoolRecord = {
            name,
            guid: randomGuid(),
            size: sizeBytes,
            ...(rawPerByte === undefined ? {} : { rawPerByte }),
            health: 'ONLINE',
            readonly: false,
            imported: true,
            txg: 4,
            nextId: 1,
            datasets: [],
          }
          store.addPool(pool)
          createDataset(env, pool, { name, type: 'filesystem', properties: { ...properties }, mounted: true })
        }),
      destroy: (name) => change(() => store.removePool(name)),
    },
    dataset: {
      create: (name, options) => change(() => makeDataset(name, options)),
      destroy: (name) =>
        change(() => {
          const { pool } = openDataset(store, name)
          const tree = pool.datasets.filter((one) => one.name === name || one.name.startsWith(`${name}/`))
          for (const one of tree) destroyDataset(env, pool, one)
        }),
    },
    snapshot: (name, { creation, bytes = 0, guid } = {}) =>
      change(() => {
        const [datasetName = '', short = ''] = name.split('@')
        const { pool, dataset } = openDataset(store, datasetName)
        if (dataset.partial?.fresh === true) throw new Error(`cannot create snapshot '${name}': dataset is busy`)
        if (findSnapshot(store, name)) throw new Error(`The simulated snapshot ${name} is there already.`)
        if (bytes > 0) writeData(env, pool, dataset, bytes)
        const txg = nextTxg(env, pool)
        const taken = takeSnapshot(env, pool, dataset, {
          name: short,
          txg,
          ...(guid ? { guid } : {}),
          ...(creation === undefined ? {} : { time: creation }),
        })
        if (creation !== undefined) dataset.snapshotsChanged = creation
        return taken.guid
      }),
    forget: (name) =>
      change(() => {
        const { pool, dataset, snapshot } = openSnapshot(store, name)
        destroySnapshot(env, pool, dataset, snapshot)
      }),
    write: (name, bytes) =>
      change(() => {
        const { pool, dataset } = openDataset(store, name)
        writeData(env, pool, dataset, bytes)
      }),
    hold: (name, tag) =>
      change(() => {
        const { pool, dataset, snapshot } = openSnapshot(store, name)
        snapshot.holds[tag] = clock()
        store.touchHistory(pool, dataset)
      }),
    bookmark: (name, mark) =>
      change(() => {
        const { pool, dataset, history, snapshot } = openSnapshot(store, name)
        history.bookmarks.push(bookmarkOf(snapshot, mark))
        store.touchHistory(pool, dataset)
      }),
    allow: (name, user, rights, scope = 'both') =>
      change(() => {
        const { pool, dataset } = openDataset(store, name)
        dataset.grants.push({ who: 'user', name: user, scope, rights: [...rights].sort() })
        nextTxg(env, pool)
      }),
    setPool: (name, wanted) =>
      change(() => {
        const pool = store.allPools().find((one) => one.name === name)
        if (!pool) throw new Error(`There is no simulated pool ${name}.`)
        Object.assign(pool, wanted)
        nextTxg(env, pool)
      }),
    misbehave: (what) =>
      writeMisbehaviour(directory, { rules: what.rules ?? [], clockOffsetSeconds: what.clockOffsetSeconds ?? 0 }),
    replicate: (from, target, to, upTo) => {
      const copied = fresh(() => {
        const { pool, dataset } = openDataset(store, from)
        const { snapshots } = store.history(pool, dataset)
        const last = upTo === undefined ? snapshots.length - 1 : snapshots.findIndex((one) => one.name === upTo)
        if (last < 0) throw new Error(`There is no snapshot to replicate: ${from}@${upTo ?? '…'}.`)
        return {
          type: dataset.type,
          volsize: dataset.local.volsize,
          snapshots: structuredClone(snapshots.slice(0, last + 1)),
        }
      })
      target.batch(() => replicateHistory({ store: target.store, clock }, to, copied))
    },
    content: (name) =>
      fresh(() => {
        const { pool, dataset, snapshot } = openSnapshot(store, name)
        const extents = contentOf(store, pool, dataset, snapshot)
        return { bytes: totalBytes(extents), digest: digestOf(extents) }
      }),
    batch: (work) => change(work),
  }
}
