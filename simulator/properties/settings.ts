import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { descendants, parentIn } from '../state/tree.ts'
import { definitionOf, isUserProperty } from './table.ts'

export interface Setting {
  readonly value: string
  /** `local`, `received`, `default`, `inherited from X`, or `-`. */
  readonly source: string
}

const own = (dataset: DatasetRecord, name: string): Setting | null => {
  const local = dataset.local[name]
  if (local !== undefined) return { value: local, source: 'local' }
  const received = dataset.received[name]
  return received === undefined ? null : { value: received, source: 'received' }
}

/** A mountpoint that comes from above grows by the way down to the dataset. */
function inheritedValue(name: string, holder: DatasetRecord, value: string, dataset: DatasetRecord): string {
  if (name !== 'mountpoint' || value === 'none' || value === 'legacy') return value
  return `${value === '/' ? '' : value}${dataset.name.slice(holder.name.length)}`
}

/** The value of a settable or user property and where it comes from; null for a user property no one set. */
export function settingOf(pool: PoolRecord, dataset: DatasetRecord, name: string): Setting | null {
  const here = own(dataset, name)
  if (here) return here
  const definition = definitionOf(name)
  if (definition?.inherits || isUserProperty(name)) {
    for (let one = parentIn(pool, dataset); one; one = parentIn(pool, one)) {
      const above = own(one, name)
      if (above) return { value: inheritedValue(name, one, above.value, dataset), source: `inherited from ${one.name}` }
    }
  }
  if (!definition) return null
  if (name === 'mountpoint') return { value: `/${dataset.name}`, source: 'default' }
  return { value: definition.initial ?? '-', source: 'default' }
}

/** Where it is mounted: after `rename -u` not where its property says. */
export const mountPlace = (pool: PoolRecord, dataset: DatasetRecord): string =>
  dataset.mountedAt ?? settingOf(pool, dataset, 'mountpoint')?.value ?? 'none'

export function mountNow(dataset: DatasetRecord): void {
  dataset.mounted = true
  delete dataset.mountedAt
}

export function unmountNow(dataset: DatasetRecord): void {
  dataset.mounted = false
  delete dataset.mountedAt
}

/** The dataset and what is below it, as far as it is mounted, in the order in which ZFS unmounts. */
export const mountedTree = (pool: PoolRecord, dataset: DatasetRecord): readonly DatasetRecord[] =>
  [dataset, ...descendants(pool, dataset.name)].filter((one) => one.mounted).toReversed()

/** Does something that changes what the property says, and leaves everything mounted where it is. */
export function keepPlaces(pool: PoolRecord, dataset: DatasetRecord, change: () => void): void {
  const places = mountedTree(pool, dataset).map((one) => [one, mountPlace(pool, one)] as const)
  change()
  for (const [one, place] of places) {
    delete one.mountedAt
    if (mountPlace(pool, one) !== place) one.mountedAt = place
  }
}

/** The dataset whose key opens this one, or null when it is not encrypted. */
export const encryptionRootOf = (pool: PoolRecord, dataset: DatasetRecord): DatasetRecord | null =>
  dataset.encryptionRoot === null ? null : (pool.datasets.find((one) => one.id === dataset.encryptionRoot) ?? null)

/** `off`, or the cipher's name. */
export const cipherOf = (pool: PoolRecord, dataset: DatasetRecord): string =>
  encryptionRootOf(pool, dataset)?.local.encryption ?? 'off'

/** True when the data can be read: not encrypted, or its key is loaded. */
export const isReadable = (pool: PoolRecord, dataset: DatasetRecord): boolean =>
  encryptionRootOf(pool, dataset)?.keyLoaded ?? true
