import type { Policy } from '#config/effective.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import { sayBytes } from './words.ts'

/** An estimate can be too low by some: this much is booked for each estimated byte. */
export const BOOKED_PER_BYTE = 1.1

/** Bytes that must stay free in a pool of this size. */
export function keepFreeBytes(keepFree: Policy['keepFree'], poolSize: number): number {
  return 'bytes' in keepFree ? keepFree.bytes : Math.ceil(keepFree.fraction * poolSize)
}

/** In bytes. */
export interface PoolRoom {
  readonly free: number
  readonly size: number
}

/**
 * What a pool has for data. `zpool list` counts the parity of raidz as free, so the smaller of the two decides, and shares
 * are those of its size; where the usable space was not read, nothing but the former is known.
 */
export function roomIn({ freeBytes, sizeBytes, usable }: PoolFacts): PoolRoom {
  if (usable === undefined || usable.availableBytes >= freeBytes) return { free: freeBytes, size: sizeBytes }
  return { free: usable.availableBytes, size: Math.min(sizeBytes, usable.usedBytes + usable.availableBytes) }
}

/** All sizes in bytes. */
export interface SpaceQuestion {
  readonly pool: PoolRoom
  /** What other queued and running plans have booked (their 1.1 × is in it). */
  readonly booked: number
  readonly keepFree: Policy['keepFree']
  /** Of the streams; null where the host gave no estimate. */
  readonly estimate: number | null
  /** What the backup dataset itself may still take, quotas counted; null: no limit of its own is known. */
  readonly available?: number | null
}
export interface SpaceAnswer {
  readonly fits: boolean
  /** Nothing is known against it, but a person must decide. */
  readonly ask: boolean
  readonly sentence: string
}

/** Is there room in the target pool for one more plan? */
export function fits({ pool, booked, keepFree, estimate, available }: SpaceQuestion): SpaceAnswer {
  const keep = keepFreeBytes(keepFree, pool.size)
  const others = booked > 0 ? `, ${sayBytes(booked)} of it booked by other repairs` : ''
  const have = `The target pool has ${sayBytes(pool.free)} free${others}; ${sayBytes(keep)} must stay free.`
  if (estimate === null) {
    return {
      fits: false,
      ask: true,
      sentence: `There is no estimate of what would be sent, so it may not fit. ${have}`,
    }
  }
  const needed = Math.ceil(estimate * BOOKED_PER_BYTE)
  const enough = needed <= pool.free - booked - keep
  if (enough && available != null && estimate > available) {
    const sentence = `The repair needs about ${sayBytes(estimate)}, and the backup dataset may take only ${sayBytes(available)} more: a quota on it or above it.`
    return { fits: false, ask: false, sentence }
  }
  return {
    fits: enough,
    ask: false,
    sentence: `The repair needs about ${sayBytes(needed)}${enough ? ' and fits' : ''}. ${have}`,
  }
}

/** Below this much free space a running receive is stopped, its token kept: half of what must stay. */
export function stopReceiveBelow(keepFree: Policy['keepFree'], poolSize: number): number {
  return Math.floor(keepFreeBytes(keepFree, poolSize) / 2)
}
