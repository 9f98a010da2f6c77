import type { DatasetRecord, PoolRecord } from './model.ts'
import { parentIn } from './tree.ts'

/** What an empty filesystem takes, in bytes. */
export const emptyFilesystemBytes = 24_576
export const emptyVolumeBytes = 12_288
/** ZFS keeps 1/32 of a pool for itself. */
const usableShare = 31 / 32

const numberOf = (dataset: DatasetRecord, property: string) => Number(dataset.local[property] ?? 0)

/** What `refreservation` adds to what the dataset holds already. */
export const reservedBytes = (dataset: DatasetRecord): number => numberOf(dataset, 'refreservation')

/** `used` of every dataset of the pool, by dataset number. */
function usedByAll(pool: PoolRecord): Map<number, number> {
  const used = new Map<number, number>()
  const byName = new Map(pool.datasets.map((one) => [one.name, one]))
  for (const dataset of pool.datasets) {
    const own = dataset.own + reservedBytes(dataset)
    for (let name = dataset.name; ; name = name.slice(0, name.lastIndexOf('/'))) {
      const holder = byName.get(name)
      if (holder) used.set(holder.id, (used.get(holder.id) ?? 0) + own)
      if (!name.includes('/')) break
    }
  }
  return used
}

const cache = new WeakMap<PoolRecord, { txg: number; used: Map<number, number> }>()

/** As `usedByAll`, computed once for a pool as it is. */
function usedMap(pool: PoolRecord): Map<number, number> {
  const known = cache.get(pool)
  if (known && known.txg === pool.txg) return known.used
  const used = usedByAll(pool)
  cache.set(pool, { txg: pool.txg, used })
  return used
}

export const usedBytes = (pool: PoolRecord, dataset: DatasetRecord): number => usedMap(pool).get(dataset.id) ?? 0

const allocatedBytes = (pool: PoolRecord): number => {
  const root = pool.datasets.find((one) => one.name === pool.name)
  return root ? usedBytes(pool, root) : 0
}

/** What a pool has for data: `zpool list` counts parity, datasets do not. */
const usableSize = ({ size, rawPerByte = 1 }: PoolRecord): number => Math.floor((size / rawPerByte) * usableShare)

/** As `zpool list` counts it, parity included. */
export const rawAllocatedBytes = (pool: PoolRecord): number => Math.ceil(allocatedBytes(pool) * (pool.rawPerByte ?? 1))

/** Bytes that a write into the dataset may still take: the pool's, or less by a quota on the way up. */
export function availableBytes(pool: PoolRecord, dataset: DatasetRecord): number {
  let available = usableSize(pool) - allocatedBytes(pool)
  for (let one: DatasetRecord | null = dataset; one; one = parentIn(pool, one)) {
    const quota = numberOf(one, 'quota')
    if (quota > 0) available = Math.min(available, quota - usedBytes(pool, one))
  }
  const refquota = numberOf(dataset, 'refquota')
  if (refquota > 0) available = Math.min(available, refquota - dataset.refer)
  return Math.max(0, available + reservedBytes(dataset))
}

/** Would a quota of the dataset, or of one above it that does not hold these bytes yet, be exceeded by them? */
export function exceedsQuota(
  pool: PoolRecord,
  dataset: DatasetRecord,
  bytes: number,
  counted: (one: DatasetRecord) => boolean = () => false,
): boolean {
  for (let one: DatasetRecord | null = dataset; one; one = parentIn(pool, one)) {
    const quota = numberOf(one, 'quota')
    if (quota > 0 && !counted(one) && usedBytes(pool, one) + bytes > quota) return true
  }
  return false
}

/** Why `bytes` more do not fit: a quota, the pool, or null when they do. */
export function shortage(pool: PoolRecord, dataset: DatasetRecord, bytes: number): 'quota' | 'pool' | null {
  if (exceedsQuota(pool, dataset, bytes)) return 'quota'
  return usableSize(pool) - allocatedBytes(pool) < bytes ? 'pool' : null
}
