import { afterEach, expect, test } from 'bun:test'
import { Bed, PERSON } from './bed.ts'
import { runCommand } from './command.ts'
import { ID, ONE_DATASET } from './one-dataset.ts'

/* Another replicator at work on a backup: no swap by itself within an interval of it, and no starving either. */

let bed: Bed
afterEach(() => bed.close())

const HALF_HOUR = 1800_000

/** In common once, then with a snapshot of its own that holds a change. */
async function diverged(): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
  })
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 100_000 })
  await bed.start()
  await bed.scan()
  await bed.scan()
  bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
}
const isAside = async () =>
  (await runCommand(['zfs', 'list', '-H', '-o', 'name'], bed.host('b'))).stdout.includes('.zw-aside-')

/** Scans on schedule; answers after how many the backup was set aside, null where it never was. */
async function scansUntilAside(most: number, meanwhile: (scan: number) => void): Promise<number | null> {
  for (let scan = 1; scan <= most; scan++) {
    await bed.clock.pass(HALF_HOUR)
    meanwhile(scan)
    await bed.scan()
    if (await isAside()) return scan
  }
  return null
}
const bySyncoid = (host: string, dataset: string) => (scan: number) => {
  bed.host(host).zfs.snapshot(`${dataset}@syncoid_x_${scan}`, { bytes: 1000 })
}

test('snapshots that a replicator makes on the primary starve nothing', async () => {
  await diverged()
  expect(await scansUntilAside(6, bySyncoid('a', 'tank/one'))).toBe(2)
})

test('one that works on the backup is waited for, named, and once it has ended for an interval the swap runs', async () => {
  await diverged()
  expect(await scansUntilAside(6, bySyncoid('b', 'vault/one'))).toBeNull()
  const view = bed.engine.dataset(ID)
  expect(view?.plan?.automatic).toMatchObject({ allowed: false, code: 'BUSY' })
  expect(view?.plan?.automatic.because).toContain('syncoid')
  expect(await scansUntilAside(3, () => {})).toBe(1)
})

test('a person need not wait', async () => {
  await diverged()
  await scansUntilAside(1, bySyncoid('b', 'vault/one'))
  expect(await isAside()).toBe(false)
  await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
  await bed.clock.pass(HALF_HOUR)
  await bed.idle()
  expect(await isAside()).toBe(true)
})

test('somebody who takes snapshots on the backup at every scan holds it up, but not for ever', async () => {
  await diverged()
  const scans = await scansUntilAside(8, (scan) => bed.host('b').zfs.snapshot(`vault/one@auto${scan}`, { bytes: 1000 }))
  expect(scans).toBe(4)
})

test('what our own repairs bring is nobody else’s work, a killed one’s included', async () => {
  await diverged()
  expect(await scansUntilAside(4, () => {})).toBe(2)
  bed.host('a').zfs.snapshot('tank/one@syncoid_x_9', { bytes: 2_000_000 })
  bed.host('a').zfs.snapshot('tank/one@s9', { bytes: 2_000_000 })
  await bed.clock.pass(HALF_HOUR)
  await bed.look()
  await bed.clock.pass(2000)
  await bed.restart()
  await bed.clock.pass(HALF_HOUR)
  await bed.scan()
  const state = await bed.store.state(ID)
  expect(bed.engine.dataset(ID)?.status).toBe('HEALTHY')
  expect(state?.memory.foreign?.newest).toBe('own')
})
