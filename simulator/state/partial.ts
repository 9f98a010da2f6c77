import { rmSync } from 'node:fs'
import { readJson, writeJson } from './files.ts'
import type { DatasetRecord, PartialRecord, PoolRecord } from './model.ts'
import { isAlive } from './process-mark.ts'
import type { Store } from './store.ts'

/** True while a process receives into the dataset. */
export const isReceiving = (dataset: DatasetRecord): boolean =>
  dataset.partial !== null && isAlive(dataset.partial.owner)

/** Data bytes of the partial receive that are kept. */
export const receivedBytes = (store: Store, pool: PoolRecord, partial: PartialRecord): number =>
  readJson<{ bytes: number }>(store.partialFile(pool, partial.id))?.bytes ?? 0

/** Notes how far a receive came; outside the lock, since only its own process writes it. */
export const saveProgress = (store: Store, pool: PoolRecord, id: string, bytes: number): void =>
  writeJson(store.partialFile(pool, id), { bytes })

/** Takes the partial state away, with the dataset if that came into being with it. In a transaction. */
export function dropPartial(store: Store, pool: PoolRecord, dataset: DatasetRecord): void {
  const { partial } = dataset
  if (!partial) return
  rmSync(store.partialFile(pool, partial.id), { force: true })
  dataset.own -= partial.booked
  dataset.partial = null
  if (partial.fresh) {
    pool.datasets.splice(pool.datasets.indexOf(dataset), 1)
    dataset.gone = true
  }
  pool.txg++
  store.touch(pool)
}

const isLeftover = (dataset: DatasetRecord) =>
  dataset.partial !== null && !dataset.partial.resumable && !isAlive(dataset.partial.owner)

/** Removes what a receive without `-s` left when it was killed, as ZFS does. */
export function sweepLeftovers(store: Store): void {
  const find = () =>
    store.allPools().flatMap((pool) => pool.datasets.filter(isLeftover).map((dataset) => ({ pool, dataset })))
  if (find().length === 0) return
  store.transaction(() => {
    for (const { pool, dataset } of find()) dropPartial(store, pool, dataset)
  })
}
