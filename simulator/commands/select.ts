import { objectOfBookmark, objectOfDataset, objectOfSnapshot, type ZfsObject } from '../properties/objects.ts'
import type { ObjectType } from '../properties/table.ts'
import type { Context } from '../state/environment.ts'
import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { isReceiving } from '../state/partial.ts'
import { findBookmark, findDataset, findSnapshot } from '../state/tree.ts'
import { Failure, missingDataset } from '../words/fail.ts'
import { parseName } from '../words/names.ts'

interface Selection {
  readonly names: readonly string[]
  /** Kinds to show. */
  readonly types: ReadonlySet<ObjectType>
  /** Kinds that may be named on the command line without being shown. */
  readonly nameable: ReadonlySet<ObjectType>
  /** How many levels below a name are shown; 0 is the name alone. */
  readonly depth: number
}

interface Pick {
  readonly pool: PoolRecord
  readonly dataset: DatasetRecord
  self: boolean
  inside: boolean
  snapshots: Set<string>
  bookmarks: Set<string>
}

const levels = (name: string) => name.split('/').length

/** The objects asked for, in the order of `zfs`; names that cannot be opened are passed to `refuse`. */
export function select(context: Context, selection: Selection, refuse: (failure: Failure) => void): ZfsObject[] {
  const { store } = context
  const picks = new Map<DatasetRecord, Pick>()
  const hidden: ZfsObject[] = []
  const pick = (pool: PoolRecord, dataset: DatasetRecord): Pick => {
    const known = picks.get(dataset)
    if (known) return known
    const fresh = {
      pool,
      dataset,
      self: false,
      inside: false,
      snapshots: new Set<string>(),
      bookmarks: new Set<string>(),
    }
    picks.set(dataset, fresh)
    return fresh
  }
  const names =
    selection.names.length > 0
      ? selection.names
      : store
          .allPools()
          .filter((pool) => pool.imported)
          .map((pool) => pool.name)

  for (const name of names) {
    try {
      const parsed = parseName(name)
      if (parsed.kind === 'snapshot') {
        if (!selection.nameable.has('snapshot'))
          throw new Failure(`cannot open '${name}': snapshot delimiter '@' is not expected here`)
        const place = findSnapshot(store, name)
        if (!place) throw missingDataset(name)
        pick(place.pool, place.dataset).snapshots.add(place.snapshot.name)
        continue
      }
      if (parsed.kind === 'bookmark') {
        if (!selection.nameable.has('bookmark'))
          throw new Failure(`cannot open '${name}': bookmark delimiter '#' is not expected here`)
        const place = findBookmark(store, name)
        if (!place) throw missingDataset(name)
        pick(place.pool, place.dataset).bookmarks.add(place.bookmark.name)
        continue
      }
      if (name.endsWith('/%recv')) {
        const place = findDataset(store, name.slice(0, -'/%recv'.length))
        if (!place?.dataset.partial || place.dataset.partial.fresh) throw missingDataset(name)
        if (place.dataset.partial.resumable || isReceiving(place.dataset)) {
          hidden.push({ ...objectOfDataset(place.pool, place.dataset), name, hidden: true })
          continue
        }
        throw missingDataset(name)
      }
      const place = findDataset(store, name)
      if (!place) throw missingDataset(name)
      if (!selection.nameable.has(place.dataset.type)) {
        throw new Failure(`cannot open '${name}': operation not applicable to datasets of this type`)
      }
      pickTree(place.pool, place.dataset, selection, pick)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      refuse(error)
    }
  }
  const rows = [...picks.values()].sort((a, b) => (a.dataset.name < b.dataset.name ? -1 : 1))
  return [...rows.flatMap((one) => expand(context, one, selection.types)), ...hidden]
}

function pickTree(
  pool: PoolRecord,
  top: DatasetRecord,
  selection: Selection,
  pick: (pool: PoolRecord, dataset: DatasetRecord) => Pick,
): void {
  const base = levels(top.name)
  const visit = (dataset: DatasetRecord, depth: number) => {
    const one = pick(pool, dataset)
    if (selection.types.has(dataset.type)) one.self = true
    if (depth < selection.depth) one.inside = true
  }
  visit(top, 0)
  if (selection.depth === 0) return
  for (const dataset of pool.datasets) {
    if (!dataset.name.startsWith(`${top.name}/`)) continue
    const depth = levels(dataset.name) - base
    if (depth <= selection.depth) visit(dataset, depth)
  }
}

function expand(context: Context, one: Pick, types: ReadonlySet<ObjectType>): ZfsObject[] {
  const rows: ZfsObject[] = one.self ? [objectOfDataset(one.pool, one.dataset)] : []
  const wantsSnapshots = (one.inside && types.has('snapshot')) || one.snapshots.size > 0
  const wantsBookmarks = (one.inside && types.has('bookmark')) || one.bookmarks.size > 0
  if (!wantsSnapshots && !wantsBookmarks) return rows
  const history = context.store.history(one.pool, one.dataset)
  const allSnapshots = one.inside && types.has('snapshot')
  const allBookmarks = one.inside && types.has('bookmark')
  if (wantsSnapshots) {
    for (const snapshot of history.snapshots) {
      if (allSnapshots || one.snapshots.has(snapshot.name)) rows.push(objectOfSnapshot(one.pool, one.dataset, snapshot))
    }
  }
  if (wantsBookmarks) {
    const sorted = [...history.bookmarks].sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const bookmark of sorted) {
      if (allBookmarks || one.bookmarks.has(bookmark.name)) rows.push(objectOfBookmark(one.pool, one.dataset, bookmark))
    }
  }
  return rows
}

const words: Record<string, readonly ObjectType[]> = {
  filesystem: ['filesystem'],
  fs: ['filesystem'],
  volume: ['volume'],
  vol: ['volume'],
  snapshot: ['snapshot'],
  snap: ['snapshot'],
  bookmark: ['bookmark'],
  all: ['filesystem', 'volume', 'snapshot', 'bookmark'],
}

/** The value of `-t`. */
export function parseTypes(text: string, usage: string): Set<ObjectType> {
  const types = new Set<ObjectType>()
  for (const word of text.split(',')) {
    const found = words[word]
    if (!found) throw new Failure(`invalid type '${word}'\n${usage}`, 2)
    for (const one of found) types.add(one)
  }
  return types
}
