import { afterAll, expect, test } from 'bun:test'
import { StoreError } from '#lib/db/errors.ts'
import type { Bed } from '#tests/bed/bed.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { takeStock } from '#tests/invariants/stock.ts'
import { aftermath, type Fault } from './aftermath.ts'
import { meddleWithCalls, WRONGS } from './remote-calls.ts'
import { openScene, SCENES, type Scene } from './scene.ts'
import { databaseFault, meddleWithStatements } from './statements.ts'

/*
 * A scan and its repair, again and again: each time another one of its remote commands or database statements goes
 * wrong. Afterwards, with a restart and without one, nothing may be lost, nothing stay open, and the next scheduled
 * scans must heal it alone.
 */

const PATIENCE = 600_000
/**
 * A set-aside has three times as many calls as an increment. Each run takes every fourth of them, another fourth each day;
 * `NTH_CALL=all` takes all.
 */
const EVERY: Readonly<Record<Scene, number>> = { seed: 1, incremental: 1, resume: 1, rewind: 4, reseed: 4 }
const today = Math.floor(Date.now() / 86_400_000)
const isDue = (scene: Scene, n: number): boolean =>
  process.env.NTH_CALL === 'all' || n % EVERY[scene] === today % EVERY[scene]
const total = { calls: 0, statements: 0, cases: 0 }
afterAll(() =>
  console.log(`n-th call: ${total.calls} remote calls, ${total.statements} statements, ${total.cases} cases.`),
)

/** Runs one case on a bed of its own; `meddle` answers how to end the meddling. @returns what does not hold */
async function run(name: string, scene: Scene, fault: Fault, meddle: (bed: Bed) => () => void): Promise<string[]> {
  total.cases++
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

const DATABASE_FAULTS = [
  { name: 'finds it locked', kind: 'busy', lasting: false, restart: false, databaseFailed: true },
  {
    name: 'finds the disk full, as all after it do',
    kind: 'full',
    lasting: true,
    restart: false,
    databaseFailed: true,
  },
  {
    name: 'finds it damaged, and so do all after it',
    kind: 'corrupt',
    lasting: true,
    restart: true,
    databaseFailed: true,
  },
  { name: 'is the last of its process', kind: 'killed', lasting: false, restart: true, databaseFailed: false },
] as const

const nothing = (): void => {}

async function remoteCalls(scene: Scene) {
  const bed = await openScene(scene)
  const calls = meddleWithCalls(bed, null, null)
  await bed.scan()
  await bed.close()
  return calls
}

test.each(SCENES)(
  '%s: any remote command fails, hangs, is killed, garbled or cut off',
  async (scene) => {
    const calls = await remoteCalls(scene)
    total.calls += calls.length
    const found: string[] = []
    for (const [n, { on, words }] of calls.entries().filter(([n]) => isDue(scene, n)))
      for (const wrong of WRONGS[on])
        for (const restart of [false, true])
          found.push(
            ...(await run(
              `call ${n} (${on} ${words}) ${JSON.stringify(wrong)}`,
              scene,
              { restart, databaseFailed: false },
              (bed) => {
                meddleWithCalls(bed, n, wrong)
                return nothing
              },
            )),
          )
    expect(found).toEqual([])
  },
  PATIENCE,
)

test.each(SCENES)(
  '%s: the witness is killed before or after any call to a SAN or to the database',
  async (scene) => {
    const bed = await openScene(scene)
    const begun = bed.witness.life.calls
    await bed.scan()
    const calls = bed.witness.life.calls - begun
    await bed.close()
    const found: string[] = []
    for (const n of Array.from({ length: calls }, (_, index) => index + 1).filter((each) => isDue(scene, each)))
      for (const before of [true, false])
        found.push(
          ...(await run(
            `killed ${before ? 'before' : 'after'} call ${n}`,
            scene,
            { restart: true, databaseFailed: false },
            (own) => {
              own.witness.life.endAtCall(n, before)
              return nothing
            },
          )),
        )
    expect(found).toEqual([])
  },
  PATIENCE,
)

test.each(SCENES)(
  '%s: any statement of the database fails, or is the last one of its process',
  async (scene) => {
    const bed = await openScene(scene)
    const counted = meddleWithStatements(-1, -1, () => databaseFault('busy'))
    await bed.scan()
    counted.end()
    await bed.close()
    total.statements += counted.seen.length
    const found: string[] = []
    for (const [n, statement] of counted.seen.entries().filter(([n]) => isDue(scene, n)))
      for (const way of DATABASE_FAULTS)
        found.push(
          ...(await run(`statement ${n} (${statement.slice(0, 60)}) ${way.name}`, scene, way, (own) => {
            const { end } = meddleWithStatements(n, way.lasting ? Number.POSITIVE_INFINITY : n, () => {
              if (way.kind !== 'killed') databaseFault(way.kind)
              own.witness.kill()
              throw new Error('The process was killed.')
            })
            return end
          })),
        )
    expect(found).toEqual([])
  },
  PATIENCE,
)
