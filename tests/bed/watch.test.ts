import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

const MINUTE = 60_000

/** A first stream of 2 MB that stops half-way and hangs; nothing is wrong with it for longer than the test. */
async function hanging(defaults: Record<string, unknown> = {}): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...defaults },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 2_000_000 })
  await bed.start()
  bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'hang', after: 900_000 } })
  await bed.look()
}

const lastRepair = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]

test('a pool that fills up during a receive: it is stopped, its token kept, and every other backup there goes on', async () => {
  await hanging()
  await bed.clock.pass(30_000)
  expect((await lastRepair())?.state).toBe('RUNNING')
  const { zfs } = bed.host('b')
  zfs.dataset.create('vault/other')
  zfs.snapshot('vault/other@big', { bytes: 900_000 })
  zfs.setPool('vault', { size: 1_000_000 })
  await bed.clock.pass(3 * MINUTE)
  const run = await lastRepair()
  expect([run?.state, run?.decisions?.[0]?.rule]).toEqual(['BLOCKED', 'LOW_SPACE'])
  expect(run?.outcome).toContain('its token is kept')
  expect(bed.host('b').running).toBe(0)
})

test('the end of the repair window stops a transfer; the next window goes on from there', async () => {
  // The clock of these tests begins at 12:00 UTC.
  await hanging({ repair_window: '11:00-12:05' })
  await bed.clock.pass(6 * MINUTE)
  const run = await lastRepair()
  expect([run?.state, run?.outcome]).toEqual([
    'INTERRUPTED',
    'The repair window is over; what has arrived is kept and goes on in the next one.',
  ])
  await bed.look()
  expect(bed.engine.dataset('a-b.one')?.plan).toMatchObject({
    kind: 'RESUME',
    automatic: { allowed: false, code: 'WAITING_FOR_WINDOW' },
  })
  await bed.clock.pass(23 * 60 * MINUTE)
  await bed.look()
  await bed.clock.pass(2 * MINUTE)
  expect((await lastRepair())?.state).toBe('SUCCEEDED')
  expect((await lastRepair())?.plan?.kind).toBe('RESUME')
})
