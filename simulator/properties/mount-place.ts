import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { descendants } from '../state/tree.ts'
import { settingOf } from './settings.ts'

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
