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
