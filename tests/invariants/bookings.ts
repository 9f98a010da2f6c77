import { Bookings } from '#lib/engine/room.ts'

/** Runs that have booked space and not given it back, by the book they stand in. */
const open = new Map<Bookings, Set<number>>()

const { book, release } = Bookings.prototype

Bookings.prototype.book = function (runId, host, pool, bytes) {
  const own = open.get(this) ?? new Set()
  open.set(this, own.add(runId))
  return book.call(this, runId, host, pool, bytes)
}
Bookings.prototype.release = function (runId) {
  open.get(this)?.delete(runId)
  return release.call(this, runId)
}

/** Forgets the books of engines that are over. */
export function forgetBookings(): void {
  open.clear()
}

export function unreleasedBookings(activeRuns: ReadonlySet<number>): string[] {
  return [...open.values()]
    .flatMap((runs) => [...runs])
    .filter((runId) => !activeRuns.has(runId))
    .map((runId) => `booking: run ${runId} has ended and still books space`)
}
