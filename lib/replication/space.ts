import type { Policy } from '#config/effective.ts'
import { sayBytes } from './words.ts'

/** An estimate can be too low by some: this much is booked for each estimated byte. */
export const BOOKED_PER_BYTE = 1.1

/** Bytes that must stay free in a pool of this size. */
export function keepFreeBytes(keepFree: Policy['keepFree'], poolSize: number): number {
  return 'bytes' in keepFree ? keepFree.bytes : Math.ceil(keepFree.fraction * poolSize)
}

/** All sizes in bytes. */
export interface SpaceQuestion {
  readonly poolFree: number
  readonly poolSize: number
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
export function fits({ poolFree, poolSize, booked, keepFree, estimate, available }: SpaceQuestion): SpaceAnswer {
  const keep = keepFreeBytes(keepFree, poolSize)
  const others = booked > 0 ? `, ${sayBytes(booked)} of it booked by other repairs` : ''
  const have = `The target pool has ${sayBytes(poolFree)} free${others}; ${sayBytes(keep)} must stay free.`
  if (estimate === null) {
    return {
      fits: false,
      ask: true,
      sentence: `There is no estimate of what would be sent, so it may not fit. ${have}`,
    }
  }
  const needed = Math.ceil(estimate * BOOKED_PER_BYTE)
  if (available != null && estimate > available) {
    const sentence = `The repair needs about ${sayBytes(estimate)}, and the backup dataset may take only ${sayBytes(available)} more: a quota on it or above it.`
    return { fits: false, ask: false, sentence }
  }
  const enough = needed <= poolFree - booked - keep
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
