import type { SetAside } from './set-aside.ts'

export interface PoolSum {
  readonly host: string
  readonly pool: string
  readonly count: number
  /** What removing all of them would free, at least: blocks that only they share would be freed too. */
  readonly usedBytes: number
}

/** By pool, the largest first. */
export function sumByPool(setAsides: readonly SetAside[]): readonly PoolSum[] {
  const sums = new Map<string, PoolSum>()
  for (const { host, pool, usedBytes } of setAsides) {
    const key = `${host}:${pool}`
    const known = sums.get(key) ?? { host, pool, count: 0, usedBytes: 0 }
    sums.set(key, { ...known, count: known.count + 1, usedBytes: known.usedBytes + usedBytes })
  }
  return [...sums.values()].toSorted((a, b) => b.usedBytes - a.usedBytes || (a.pool < b.pool ? -1 : 1))
}
