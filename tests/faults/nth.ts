import { StoreError } from '#lib/db/errors.ts'
import type { Bed } from '#tests/bed/bed.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { takeStock } from '#tests/invariants/stock.ts'
import { aftermath, type Fault } from './aftermath.ts'
import { openScene, type Scene } from './scene.ts'

/*
 * A scan and its repair, again and again: each time another one of its remote commands (nth-call), of its calls to the
 * world outside (nth-kill) or of its database statements (nth-statement) goes wrong. Afterwards, with a restart and
 * without one, nothing may be lost, nothing stay open, and the next scheduled scans must heal it alone.
 */

export const PATIENCE = 1_800_000
/**
 * Together there are some twenty thousand cases. Each run takes every so-manieth call, others each day, so that eight days
 * try them all (a set-aside has three times as many calls as an increment); `NTH_CALL=all` takes all.
 */
const EVERY: Readonly<Record<Scene, number>> = {
  seed: 2,
  parents: 2,
  incremental: 2,
  resume: 4,
  names: 4,
  rewind: 8,
  reseed: 8,
  undo: 8,
  finish: 8,
  lines: 8,
}
const today = Math.floor(Date.now() / 86_400_000)
export const isDue = (scene: Scene, n: number): boolean =>
  process.env.NTH_CALL === 'all' || n % EVERY[scene] === today % EVERY[scene]
let cases = 0
/** How many cases this file has run so far. */
export const casesRun = (): number => cases

/** For a fault that ends by itself. */
export const nothing = (): void => {}

/** Runs one case on a bed of its own; `meddle` answers how to end the meddling. @returns what does not hold */
export async function runCase(
  name: string,
  scene: Scene,
  fault: Fault,
  meddle: (bed: Bed) => () => void,
): Promise<string[]> {
  cases++
  forgetBookings()
  const bed = await openScene(scene)
  const before = takeStock(bed)
  const end = meddle(bed)
  const title = `${name}${fault.restart ? ', restarted' : ''}`
  try {
    // Where no run can be put on record there is none: whoever asked is told.
    await bed.scan().catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error
    })
    end()
    const found = await aftermath(bed, before, { ...fault, restart: fault.restart || bed.witness.life.over })
    return found.map((each) => `${title}: ${each}`)
  } catch (error) {
    return [`${title}: ${error instanceof Error ? error.stack : error}`]
  } finally {
    end()
    await bed.close()
  }
}
