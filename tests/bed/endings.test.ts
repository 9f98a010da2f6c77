import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { Bed, type BedOptions } from './bed.ts'

/* What does not succeed comes to an end: no try for ever, and none that waits for a person without need. */

setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const ID = 'a-b.one'
const view = () => bed.engine.dataset(ID)
const said = () => view()?.plan?.automatic
const repairs = async () =>
  (await bed.store.runs({ kind: ['REPAIR'], datasetId: ID, limit: 100 })).items.map(({ state }) => state)

async function open(options: Partial<BedOptions> = {}): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    ...options,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...options.defaults },
  })
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 1_000_000 })
}

describe('a resumed stream for which ZFS gives no size (more came than it had estimated)', () => {
  const underflow = () =>
    bed.faults.add({
      host: 'a',
      on: 'batch',
      match: /send -n.* -t /,
      times: 999,
      wrong: { kind: 'says', what: /^size\t\d+$/m, instead: 'size\t18446744073708854496' },
    })

  test('a seed that is cut late goes on within its own run', async () => {
    await open()
    underflow()
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    await bed.start()
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED'])
    expect(view()?.status).toBe('HEALTHY')
  })

  test('one that an earlier run has left is resumed by a check', async () => {
    await open()
    underflow()
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 0 } })
    await bed.start()
    await bed.scan()
    bed.faults.clear()
    underflow()
    expect(await repairs()).toEqual(['FAILED'])
    await bed.clock.pass(3600_000)
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'FAILED'])
    expect(said()?.code).toBe('NOTHING_TO_DO')
  })

  test('it waits where the pool has not what must stay free', async () => {
    await open()
    underflow()
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 0 } })
    await bed.start()
    await bed.scan()
    bed.faults.clear()
    underflow()
    bed.host('b').zfs.setPool('vault', { size: 950_000 })
    await bed.clock.pass(3600_000)
    await bed.scan()
    expect(said()).toMatchObject({ allowed: false, code: 'SPACE' })
    expect(said()?.sentence).toContain('How much the interrupted transfer still has to bring is not known')
    expect(await repairs()).toEqual(['FAILED'])
  })
})

describe('a pool that is nearly full', () => {
  test('takes small increments, and no seed', async () => {
    await open({ poolBytes: 50_000_000 })
    await bed.start()
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED'])
    bed.host('b').zfs.dataset.create('vault/other')
    bed.host('b').zfs.snapshot('vault/other@full', { bytes: 46_000_000 })
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    expect(view()?.verdict.reasons.map(({ code }) => code)).toEqual(['UP_TO_DATE'])
    bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 1_500_000 })
    await bed.scan()
    expect(said()?.code).toBe('SPACE')
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })
})
