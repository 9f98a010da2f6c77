import { Failure, missingDataset } from '../words/fail.ts'
import { parentOf, parseName, poolOf } from '../words/names.ts'
import type { BookmarkRecord, DatasetHistory, DatasetRecord, PoolRecord, SnapshotRecord } from './model.ts'
import type { Store } from './store.ts'

export interface Place {
  readonly pool: PoolRecord
  readonly dataset: DatasetRecord
}

export interface SnapshotPlace extends Place {
  readonly history: DatasetHistory
  readonly snapshot: SnapshotRecord
}

interface BookmarkPlace extends Place {
  readonly history: DatasetHistory
  readonly bookmark: BookmarkRecord
}

export function importedPool(store: Store, name: string): PoolRecord | null {
  return store.allPools().find((pool) => pool.name === name && pool.imported) ?? null
}

const byName = new WeakMap<PoolRecord, Map<string, DatasetRecord>>()

/** Looks the name up; an index from an earlier look-up is trusted only as far as it is still true. */
function datasetNamed(pool: PoolRecord, name: string): DatasetRecord | undefined {
  const known = byName.get(pool)?.get(name)
  if (known?.name === name && !known.gone) return known
  const index = new Map(pool.datasets.map((one) => [one.name, one]))
  byName.set(pool, index)
  return index.get(name)
}

export function findDataset(store: Store, name: string): Place | null {
  const pool = importedPool(store, poolOf(name))
  const dataset = pool && datasetNamed(pool, name)
  return pool && dataset ? { pool, dataset } : null
}

export function openDataset(store: Store, name: string): Place {
  const parsed = parseName(name)
  if (parsed.kind === 'snapshot') {
    throw new Failure(`cannot open '${name}': snapshot delimiter '@' is not expected here`)
  }
  if (parsed.kind === 'bookmark') {
    throw new Failure(`cannot open '${name}': bookmark delimiter '#' is not expected here`)
  }
  const place = findDataset(store, name)
  if (!place) throw missingDataset(name)
  return place
}

export function findSnapshot(store: Store, name: string): SnapshotPlace | null {
  const parsed = parseName(name)
  const place = findDataset(store, parsed.dataset)
  if (!place || parsed.kind !== 'snapshot') return null
  const history = store.history(place.pool, place.dataset)
  const snapshot = history.snapshots.find((one) => one.name === parsed.short)
  return snapshot ? { ...place, history, snapshot } : null
}

export function openSnapshot(store: Store, name: string): SnapshotPlace {
  if (parseName(name).kind !== 'snapshot') {
    throw new Failure(`cannot open '${name}': missing '@' delimiter in snapshot name`)
  }
  const place = findSnapshot(store, name)
  if (!place) throw missingDataset(name)
  return place
}

export function findBookmark(store: Store, name: string): BookmarkPlace | null {
  const parsed = parseName(name)
  const place = findDataset(store, parsed.dataset)
  if (!place || parsed.kind !== 'bookmark') return null
  const history = store.history(place.pool, place.dataset)
  const bookmark = history.bookmarks.find((one) => one.name === parsed.short)
  return bookmark ? { ...place, history, bookmark } : null
}

const below = (dataset: DatasetRecord, ancestor: string) => dataset.name.startsWith(`${ancestor}/`)

/** Everything under the dataset, itself left out, in the order of the names. */
export const descendants = (pool: PoolRecord, name: string): DatasetRecord[] =>
  pool.datasets.filter((one) => below(one, name)).sort((a, b) => (a.name < b.name ? -1 : 1))

export const parentIn = (pool: PoolRecord, dataset: DatasetRecord): DatasetRecord | null => {
  const slash = dataset.name.lastIndexOf('/')
  if (slash < 0) return null
  const name = dataset.name.slice(0, slash)
  return datasetNamed(pool, name) ?? null
}

/** Clones of one snapshot of the dataset, or of any of them. */
export const clonesOf = (pool: PoolRecord, dataset: DatasetRecord, snapshot?: SnapshotRecord): DatasetRecord[] =>
  pool.datasets.filter(
    (one) => one.origin?.dataset === dataset.id && (!snapshot || one.origin.snapshot === snapshot.id),
  )

/** The name of the snapshot that the dataset is a clone of, or null. */
export function originName(store: Store, pool: PoolRecord, dataset: DatasetRecord): string | null {
  const { origin } = dataset
  if (!origin) return null
  const parent = pool.datasets.find((one) => one.id === origin.dataset)
  const snapshot = parent && store.history(pool, parent).snapshots.find((one) => one.id === origin.snapshot)
  return parent && snapshot ? `${parent.name}@${snapshot.name}` : null
}

/** The parent that a new dataset would have, or the refusal of ZFS. */
export function parentOfNew(store: Store, name: string): Place {
  if (!importedPool(store, poolOf(name))) throw new Failure(`cannot create '${name}': no such pool '${poolOf(name)}'`)
  const parentName = parentOf(name)
  const parent = parentName === null ? null : findDataset(store, parentName)
  if (!parent) {
    const why = parentName === null ? `missing dataset name` : 'parent does not exist'
    throw new Failure(`cannot create '${name}': ${why}`)
  }
  return parent
}
