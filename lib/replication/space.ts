import type { Policy } from '#config/effective.ts'
import { bytesText } from '#lib/text/words.ts'
import type { PoolFacts, ResumeTokenFacts } from '#lib/zfs/types.ts'
import type { Inventory } from './types/inventory.ts'
import type { Plan } from './types/plan.ts'

/** An estimate can be too low by some: this much is booked for each estimated byte. */
export const BOOKED_PER_BYTE = 1.1

/** Of a pool: an increment that needs no more than this may go below `keep_free` … */
const SMALL_SHARE = 0.02
/** … down to this much of it: a backup that stands still protects nothing, and a full pool breaks all that are in it. */
const FLOOR_SHARE = 0.01

/** Bytes that must stay free in a pool of this size. */
export function keepFreeBytes(keepFree: Policy['keepFree'], poolSize: number): number {
  return 'bytes' in keepFree ? keepFree.bytes : Math.ceil(keepFree.fraction * poolSize)
}

/** In bytes. */
interface PoolRoom {
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
interface SpaceQuestion {
  readonly pool: PoolRoom
  /** What other queued and running plans have booked (their 1.1 × is in it). */
  readonly booked: number
  readonly keepFree: Policy['keepFree']
  /** Of the streams; null where the host gave no estimate. */
  readonly estimate: number | null
  /** No stream of it is a full one: it makes a backup fresher that is there already. */
  readonly isIncrement?: boolean
  /** What a resumed stream may bring beside `estimate`, where ZFS gave no size for it; see `restOfResumed`. */
  readonly rest?: number | null
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
export function fits(question: SpaceQuestion): SpaceAnswer {
  const { pool, booked, keepFree, estimate, available, isIncrement = false, rest = null } = question
  const needed = Math.ceil((estimate ?? 0) * BOOKED_PER_BYTE)
  const small = isIncrement && estimate !== null && isSmall(needed + (rest ?? 0), pool.size)
  const keep = small ? leastFree(keepFree, pool.size) : keepFreeBytes(keepFree, pool.size)
  const others = booked > 0 ? `, ${bytesText(booked)} of it booked by other repairs` : ''
  const have = `The target pool has ${bytesText(pool.free)} free${others}; ${bytesText(keep)} must stay free.`
  if (estimate === null) {
    return {
      fits: false,
      ask: true,
      sentence: `There is no estimate of what would be sent, so it may not fit. ${have}`,
    }
  }
  const enough = needed <= pool.free - booked - keep
  if (enough && available != null && estimate > available) {
    const sentence = `The repair needs about ${bytesText(estimate)}, and the backup dataset may take only ${bytesText(available)} more: a quota on it or above it.`
    return { fits: false, ask: false, sentence }
  }
  if (rest !== null) {
    const after = estimate === 0 ? '' : `, and about ${bytesText(needed)} follow`
    const sentence = `How much the interrupted transfer still has to bring is not known, as more came than ZFS had estimated${after}. ${have} It is stopped before less stays.`
    return { fits: enough, ask: false, sentence }
  }
  return {
    fits: enough,
    ask: false,
    sentence: `The repair needs about ${bytesText(needed)}${enough ? ' and fits' : ''}. ${have}`,
  }
}

/** An increment so small that `keep_free` is no reason to refuse it. */
export function isSmall(bytes: number, poolSize: number): boolean {
  return bytes <= SMALL_SHARE * poolSize
}

/** What must stay free beside a small increment, in bytes. */
function leastFree(keepFree: Policy['keepFree'], poolSize: number): number {
  return Math.min(keepFreeBytes(keepFree, poolSize), Math.ceil(FLOOR_SHARE * poolSize))
}

/**
 * Below this much free space a running receive is stopped, its token kept: half of what must stay. `small`: an increment
 * that has brought no more yet than a small one may.
 */
export function stopReceiveBelow(keepFree: Policy['keepFree'], poolSize: number, small = false): number {
  const half = Math.floor(keepFreeBytes(keepFree, poolSize) / 2)
  return small ? Math.min(half, leastFree(keepFree, poolSize)) : half
}

/** What a plan would bring: `estimate`, and beside it the unknown rest of a resumed stream. In bytes. */
interface PlanSize {
  readonly estimate: number | null
  readonly rest: number | null
  readonly isIncrement: boolean
}

export function sizeOf(plan: Plan, inventory: Inventory): PlanSize {
  const streams = plan.steps.filter((step) => step.kind === 'transfer')
  const isIncrement = streams.every(({ baseGuid }) => baseGuid !== null)
  const [first, ...others] = streams
  const rest = first?.how === 'resume' && first.estimateBytes === null ? restOfResumed(inventory, first.baseGuid) : null
  if (rest === null) return { estimate: plan.estimateBytes, rest, isIncrement }
  const sizes = others.map(({ estimateBytes }) => estimateBytes)
  const estimate = sizes.some((size) => size === null)
    ? null
    : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  return { estimate, rest, isIncrement }
}

/**
 * ZFS estimates a resumed stream as the whole one less what has arrived, and many small files make a stream larger than
 * its estimate: then the difference is below zero, and no size is given. What is left is unknown, but little.
 */
function restOfResumed({ token, incomingToken, primary }: Inventory, fromGuid: string | null): number | null {
  const known = [token, incomingToken?.facts].find((facts): facts is ResumeTokenFacts => {
    return facts != null && 'toGuid' in facts && facts.fromGuid === fromGuid
  })
  if (known === undefined) return null
  const referenced = fromGuid === null && primary.state === 'present' ? primary.facts.referenced : 0
  return Math.ceil(Math.max(referenced * BOOKED_PER_BYTE - known.bytes, known.bytes / 10))
}

/** Pool states in which a pool can be used. In every other one a listing may still come, but from memory. */
export const LISTING_HOLDS: ReadonlySet<string> = new Set(['ONLINE', 'DEGRADED'])

/** The pool that holds everything up, with its state, or null where both can be used. */
export function unusablePool(
  inventory: Inventory,
): { readonly host: string; readonly pool: string; readonly health: string } | null {
  const { mapping, primary, backup, primaryPool, backupPool } = inventory
  if (primary.state === 'pool-unavailable')
    return { host: mapping.primary.host, pool: primary.pool, health: primary.health }
  if (backup.state === 'pool-unavailable')
    return { host: mapping.backup.host, pool: backup.pool, health: backup.health }
  if (primaryPool !== null && !LISTING_HOLDS.has(primaryPool.health)) {
    return { host: mapping.primary.host, pool: primaryPool.name, health: primaryPool.health }
  }
  if (backupPool === null) return null
  if (!LISTING_HOLDS.has(backupPool.health)) {
    return { host: mapping.backup.host, pool: backupPool.name, health: backupPool.health }
  }
  return backupPool.readonly ? { host: mapping.backup.host, pool: backupPool.name, health: 'read-only' } : null
}

export function isDegraded(inventory: Inventory): boolean {
  return inventory.primaryPool?.health === 'DEGRADED' || inventory.backupPool?.health === 'DEGRADED'
}
