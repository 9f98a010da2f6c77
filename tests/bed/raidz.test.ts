import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { Bed } from './bed.ts'

/* A pool whose redundancy counts as free space: a raidz1 of three disks, 60 MB for `zpool list`, 38 MB for data. */
setDefaultTimeout(60_000)

let bed: Bed
afterEach(() => bed.close())

const SEED = 16_000_000
const names = ['one', 'two', 'three']

async function open(defaults: object = {}): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: names.map((name) => ({ name, primary: 'a', backup: 'b' })),
    defaults: {
      auto_repair: true,
      repair_when: 'behind',
      primary_max_age_hours: 0,
      anchor: 'none',
      keep_free: '1MB',
      ...defaults,
    },
  })
  bed.host('b').zfs.setPool('vault', { size: 60_000_000, rawPerByte: 1.5 })
  for (const name of names) {
    bed.host('a').zfs.dataset.create(`tank/${name}`)
    bed.host('a').zfs.snapshot(`tank/${name}@s1`, { bytes: SEED })
  }
}

const repairs = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 10 })).items
const shown = () => names.map((name) => bed.engine.dataset(`a-b.${name}`))
const inTheWay = () => shown().flatMap((view) => (view?.plan?.automatic.code === 'SPACE' ? [view.plan.automatic] : []))
const bytesOf = (name: string): number => bed.host('b').zfs.content(`vault/${name}@s1`).bytes

test('seeds at once: only those that fit beside each other as data are begun, and the others say what there is', async () => {
  await open()
  await bed.start()
  await bed.scan()
  const done = await repairs()
  expect(done.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  expect(done.map(({ datasetId }) => bytesOf(`${datasetId}`.replace('a-b.', '')))).toEqual([SEED, SEED])
  // 60 MB less twice 24 MB would be 12 MB raw; for data there are 6 MB.
  await bed.clock.pass(1800_000)
  await bed.scan()
  expect((await repairs()).length).toBe(2)
  expect(inTheWay().map(({ because }) => because)).toEqual([
    expect.stringMatching(/^The repair needs about 16\.\d MiB\. The target pool has 6\.\d MiB free; /),
  ])
})

test('the usable space that could not be read is not zero, and not without end: what `zpool list` says decides', async () => {
  await open()
  bed.host('b').zfs.misbehave({ rules: [{ match: '^zfs list .* vault( |$)', fail: 'internal error: out of memory' }] })
  await bed.start()
  await bed.scan()
  const pool = () => bed.engine.hosts().find(({ id }) => id === 'b')?.pools[0]
  expect([pool()?.health, pool()?.usable]).toEqual(['ONLINE', undefined])
  // Three are begun, as before; the third meets the end of the pool, or of what must stay, and is no success.
  expect((await repairs()).map(({ state }) => state).toSorted()).toEqual(['BLOCKED', 'SUCCEEDED', 'SUCCEEDED'])
  bed.host('b').zfs.misbehave({})
  await bed.clock.pass(1800_000)
  await bed.scan()
  expect(pool()?.usable?.availableBytes).toBeLessThan(8_000_000)
  expect(inTheWay().length).toBe(1)
})

test('what waits and does not fit as data is LOW_SPACE in the status, and no quota is blamed', async () => {
  await open()
  const [a, b] = ['a', 'b'].map((id) => bed.host(id).zfs)
  for (const name of names.slice(0, 2)) if (b) a?.replicate(`tank/${name}`, b, `vault/${name}`)
  await bed.start()
  await bed.scan()
  a?.snapshot('tank/one@s2', { bytes: 8_000_000 })
  await bed.clock.pass(1800_000)
  await bed.scan()
  const reason = shown()[0]?.verdict.reasons.find(({ code }) => code === 'LOW_SPACE')
  expect(reason?.message).toMatch(/^The repair needs about 7\.\d MiB; vault has 6\.\d MiB free, /)
})

test('a receive is stopped by the space for data, where `keep_free` is a size', async () => {
  await open({ keep_free: '20MB' })
  await bed.start()
  // During the first seed somebody else fills the pool: 8 MB are left for data, 15 MB as `zpool list` counts.
  bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'hang', after: 8_000_000 } })
  await bed.look()
  await bed.clock.pass(30_000)
  bed.host('b').zfs.dataset.create('vault/other')
  bed.host('b').zfs.snapshot('vault/other@big', { bytes: 30_000_000 })
  await bed.clock.pass(3 * 60_000)
  const [run] = await repairs()
  expect([run?.state, run?.decisions?.[0]?.rule]).toEqual(['BLOCKED', 'LOW_SPACE'])
  expect(run?.outcome).toContain('its token is kept')
})
