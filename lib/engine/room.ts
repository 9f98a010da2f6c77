import { BOOKED_PER_BYTE, fits, roomIn, type SpaceAnswer, sizeOf } from '#lib/replication/space.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { poolOf } from '#lib/zfs/names.ts'
import type { Monitored } from './monitored.ts'

/** Does the plan fit into its target pool beside what other repairs have booked there? `runId`: whose own booking does not count. */
export function roomFor(
  bookings: Bookings,
  dataset: Monitored,
  plan: Plan,
  inventory: Inventory,
  runId?: number,
): SpaceAnswer {
  const { backup: side, backupPool: pool } = inventory
  const { host, dataset: backup } = dataset.mapping.backup
  const name = poolOf(backup)
  if (pool === null) {
    return {
      fits: false,
      ask: false,
      sentence: `The free space of pool ${name} on ${host} is not known, so nothing is sent.`,
    }
  }
  return fits({
    pool: roomIn(pool),
    booked: bookings.of(host, name, runId),
    keepFree: dataset.config.policy.keepFree,
    ...sizeOf(plan, inventory),
    available: goesIntoBackup(plan, backup) && side.state === 'present' ? side.facts.available : null,
  })
}

/** A new line beside the backup is not under the backup's own quota. */
function goesIntoBackup({ steps }: Plan, backup: string): boolean {
  return steps.every((step) => step.kind !== 'transfer' || step.into === backup)
}

/** From the moment it is queued until it ends; nothing without an estimate. `inventory`: that of the plan, where it is known. */
export function bookRoom(
  bookings: Bookings,
  dataset: Monitored,
  plan: Plan,
  runId: number,
  inventory: Inventory | null,
): void {
  const { host, dataset: backup } = dataset.mapping.backup
  const { estimate, rest } = inventory === null ? { estimate: plan.estimateBytes, rest: null } : sizeOf(plan, inventory)
  bookings.book(runId, host, poolOf(backup), (estimate ?? 0) * BOOKED_PER_BYTE + (rest ?? 0))
}

/**
 * Space that queued and running repairs have booked, by target pool. A booking is made before the first byte and given
 * back when the run ends, however it ends; what has already arrived is no longer free and need not stay booked.
 */
export class Bookings {
  readonly #booked = new Map<number, { readonly pool: string; readonly bytes: number; arrived: number }>()

  /** `bytes` with the margin in it. */
  book(runId: number, host: string, pool: string, bytes: number): void {
    this.#booked.set(runId, { pool: key(host, pool), bytes: Math.ceil(bytes), arrived: 0 })
  }

  arrived(runId: number, bytes: number): void {
    const booking = this.#booked.get(runId)
    if (booking !== undefined) booking.arrived = bytes
  }

  release(runId: number): void {
    this.#booked.delete(runId)
  }

  /** Bytes that others have booked in this pool and not yet filled. */
  of(host: string, pool: string, exceptRunId?: number): number {
    let sum = 0
    for (const [runId, booking] of this.#booked) {
      if (runId !== exceptRunId && booking.pool === key(host, pool)) sum += Math.max(0, booking.bytes - booking.arrived)
    }
    return sum
  }
}

function key(host: string, pool: string): string {
  return `${host}\n${pool}`
}
