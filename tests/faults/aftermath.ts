import type { Bed } from '#tests/bed/bed.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { checkInvariants } from '#tests/invariants/check.ts'
import { type Stock, takeStock } from '#tests/invariants/stock.ts'
import { DATASET } from './scene.ts'

const HOUR = 3600_000
const NOTHING_REMOVED: ReadonlySet<string> = new Set()

/** So many scheduled scans at the most until everything is well again. */
const SCANS = 8

export interface Fault {
  readonly restart: boolean
  /** What could not be written down is known to this process alone until the next run is made. */
  readonly databaseFailed: boolean
}

/**
 * After a fault: what must hold at once, then what must hold after so many scheduled scans, without a person.
 * @returns what does not hold
 */
export async function aftermath(
  bed: Bed,
  before: Stock,
  { restart, databaseFailed }: Fault,
): Promise<readonly string[]> {
  if (restart) {
    forgetBookings()
    await bed.restart()
  }
  await bed.idle()
  const first = (await invariants(bed, before, false)).filter((found) => !databaseFailed || !/^I[39] /.test(found))
  for (let scans = 0; scans < SCANS && status(bed) !== 'HEALTHY'; scans++) {
    await bed.clock.pass(HOUR)
    await bed.scan()
  }
  await bed.scan()
  // That the witness itself had failed is what those runs have to say.
  const last = (await invariants(bed, before, true)).filter((found) => !databaseFailed || !/^I9 internal/.test(found))
  const reasons = bed.engine.dataset(DATASET)?.verdict.reasons.map(({ code }) => code)
  const healed = status(bed) === 'HEALTHY' ? [] : [`I10 not healed: ${status(bed)} ${reasons?.join(' ')}`]
  const integrity = await bed.store.integrity()
  return [...first, ...last, ...healed, ...(integrity === 'ok' ? [] : [`the database says ${integrity}`])]
}

async function invariants(bed: Bed, before: Stock, justLooked: boolean): Promise<readonly string[]> {
  const context = { bed, removed: NOTHING_REMOVED, idle: true, justLooked, settled: new Set<number>() }
  return checkInvariants(before, takeStock(bed), context)
}

function status(bed: Bed): string | undefined {
  return bed.engine.dataset(DATASET)?.status
}
