import type { DatasetRecord, PoolRecord } from '#simulator/state/model.ts'
import { isReceiving, receivedBytes } from '#simulator/state/partial.ts'
import type { Store } from '#simulator/state/store.ts'
import type { Bed } from '#tests/bed/bed.ts'
import type { BedHost } from '#tests/bed/host.ts'
import { SEED_TAG } from './commands.ts'

export interface StockSnapshot {
  readonly name: string
  readonly guid: string
  readonly txg: number
  /** Epoch seconds by the clock of its host. */
  readonly time: number
  readonly holds: number
  readonly digest: string
}

export interface StockDataset {
  readonly name: string
  readonly guid: string
  readonly snapshots: readonly StockSnapshot[]
  /** Epoch seconds by the clock of its host, when it was made. */
  readonly time: number
  readonly bookmarks: readonly {
    readonly name: string
    readonly guid: string
    readonly txg: number
    readonly time: number
  }[]
  readonly written: number
  /** Null: a volume. */
  readonly canmount: string | null
  /** Seeds of the data written since the newest snapshot. */
  readonly live: readonly number[]
  /** Seeds of all data that it holds, in whatever snapshot. */
  readonly data: readonly number[]
  readonly partial: {
    readonly toGuid: string
    readonly bytes: number
    readonly busy: boolean
    /** The dataset came into being with it, and goes with it. */
    readonly fresh: boolean
  } | null
}

export interface StockPool {
  readonly name: string
  readonly imported: boolean
  readonly health: string
  readonly readonly: boolean
  readonly datasets: readonly StockDataset[]
}

export interface StockHost {
  readonly id: string
  readonly up: boolean
  readonly skewSeconds: number
  readonly pools: readonly StockPool[]
}

/** Everything that is on the SANs at one moment, read from their own state and never through the product. */
export type Stock = ReadonlyMap<string, StockHost>

export function takeStock(bed: Bed): Stock {
  return new Map([...bed.hosts.values()].map((host) => [host.id, stockOf(host)]))
}

/** Of one host alone. */
export function stockOf(host: BedHost): StockHost {
  const { store } = host.zfs
  store.forget()
  const pools = store.allPools().map((pool): StockPool => {
    const digests = digestsOf(store, pool)
    const datasets = pool.datasets.map((dataset): StockDataset => {
      const history = store.history(pool, dataset)
      const { partial } = dataset
      return {
        name: dataset.name,
        guid: dataset.guid,
        time: dataset.time,
        snapshots: history.snapshots.map(({ id, name, guid, txg, time, holds }) => {
          return {
            name,
            guid,
            txg,
            time,
            holds: Object.keys(holds).filter((tag) => !SEED_TAG.test(tag)).length,
            digest: digests(dataset).get(id) ?? '',
          }
        }),
        bookmarks: history.bookmarks.map(({ name, guid, txg, time }) => ({ name, guid, txg, time })),
        written: dataset.written,
        canmount: dataset.type === 'volume' ? null : (dataset.local.canmount ?? 'on'),
        live: dataset.live.map(({ s }) => s),
        data: [...history.snapshots.flatMap(({ ext }) => ext), ...dataset.live].map(({ s }) => s),
        partial:
          partial === null
            ? null
            : {
                toGuid: partial.toGuid,
                bytes: receivedBytes(store, pool, partial),
                busy: isReceiving(dataset),
                fresh: partial.fresh,
              },
      }
    })
    return { name: pool.name, imported: pool.imported, health: pool.health, readonly: pool.readonly, datasets }
  })
  store.forget()
  return { id: host.id, up: host.up, skewSeconds: host.skewSeconds, pools }
}

/** What a snapshot holds follows from what was written before it; of a clone, in its origin too. By number. */
function digestsOf(store: Store, pool: PoolRecord): (dataset: DatasetRecord) => ReadonlyMap<number, string> {
  const known = new Map<number, ReadonlyMap<number, string>>()
  const digests = (dataset: DatasetRecord): ReadonlyMap<number, string> => {
    const found = known.get(dataset.id)
    if (found !== undefined) return found
    const { origin } = dataset
    const parent = origin === null ? undefined : pool.datasets.find(({ id }) => id === origin.dataset)
    let digest = parent === undefined || origin === null ? '' : (digests(parent).get(origin.snapshot) ?? '')
    const own = new Map<number, string>()
    for (const { id, ext } of store.history(pool, dataset).snapshots) {
      for (const { b, s } of ext) digest = Bun.hash(`${digest} ${b}:${s}`).toString(36)
      own.set(id, digest)
    }
    known.set(dataset.id, own)
    return own
  }
  return digests
}

export function datasetOf(stock: Stock, host: string, name: string): StockDataset | null {
  const pool = poolOf(stock, host, name)
  if (pool === null || !pool.imported) return null
  return pool.datasets.find((dataset) => dataset.name === name) ?? null
}

export function poolOf(stock: Stock, host: string, dataset: string): StockPool | null {
  const name = dataset.split('/')[0]
  return stock.get(host)?.pools.find((pool) => pool.name === name) ?? null
}
