import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { ID, ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const SETTINGS = {
  ...ONE_DATASET,
}

/** s1 and s2 are on both sides, s3 waits: another replicator should bring it, and stands still. */
async function stalled(defaults: object = {}): Promise<void> {
  bed = await Bed.open({ ...SETTINGS, defaults: { primary_max_age_hours: 0, max_delay_hours: 72, ...defaults } })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  for (const name of ['s1', 's2']) zfs.snapshot(`tank/one@${name}`, { bytes: 1000 })
  zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's2')
  zfs.snapshot('tank/one@s3', { bytes: 1000 })
  await bed.start()
  await bed.scan()
}

const marks = (): readonly string[] => {
  const { zfs } = bed.host('a')
  return zfs.batch(() => {
    const [pool] = zfs.store.allPools()
    const dataset = pool?.datasets.find(({ name }) => name === 'tank/one')
    if (pool === undefined || dataset === undefined) throw new Error('tank/one is gone.')
    return zfs.store.history(pool, dataset).bookmarks.map((bookmark) => bookmark.guid)
  })
}
const guid = (name: string): string => {
  const inventory = bed.engine.seen(ID)
  const entry = inventory?.primary.state === 'present' && inventory.primary.snapshots.find((each) => each.name === name)
  return entry ? entry.guid : ''
}
async function later(hours: number): Promise<void> {
  await bed.clock.pass(hours * HOUR)
  await bed.scan()
}
const scans = async () => (await bed.store.runs({ kind: ['SCAN'], limit: 50 })).items

test('half of the warning time without movement: one bookmark, on record, and no second one', async () => {
  await stalled()
  await later(17)
  expect(marks()).toEqual([])
  await later(2)
  expect(marks()).toEqual([guid('s2')])
  const [scan] = await scans()
  expect(scan).toMatchObject({
    keep: true,
    decisions: expect.arrayContaining([expect.objectContaining({ rule: 'ANCHORED' })]),
  })
  expect(scan?.outcome).toContain('1 anchor made')
  expect(await bed.store.actions(scan?.id ?? 0)).toEqual([
    expect.objectContaining({ datasetId: ID, host: 'a', state: 'SUCCEEDED', kind: 'COMMAND' }),
  ])
  const { primary } = bed.engine.seen(ID) ?? {}
  expect(primary?.state === 'present' && primary.bookmarks.map((bookmark) => bookmark.guid)).toEqual([guid('s2')])

  const before = (await scans()).filter(({ keep }) => keep).length
  for (let n = 0; n < 4; n++) await later(10)
  expect(marks()).toEqual([guid('s2')])
  expect((await scans()).filter(({ keep }) => keep)).toHaveLength(before)
})

test('the chain goes on from it when retention has taken the snapshot', async () => {
  await stalled()
  await later(20)
  bed.host('a').zfs.forget('tank/one@s2')
  await later(1)
  expect(bed.engine.dataset(ID)?.verdict.reasons.map(({ code }) => code)).toContain('BASE_IS_BOOKMARK')
  expect(bed.engine.dataset(ID)?.plan?.kind).toBe('FROM_BOOKMARK')
})

test.each([
  ['anchor: none', { anchor: 'none' }],
  ['dry_run: true', { dry_run: true }],
  ['paused: true', { paused: true }],
])('nothing is written with %s', async (_, defaults) => {
  await stalled(defaults)
  await later(30)
  expect(marks()).toEqual([])
})

test('a check that only looks writes nothing', async () => {
  await stalled()
  await bed.clock.pass(30 * HOUR)
  await bed.look(false)
  expect(marks()).toEqual([])
})

test('one that is refused is told once, not at every scan', async () => {
  bed = await Bed.open({ ...SETTINGS, user: 'zfsadmin', defaults: { primary_max_age_hours: 0, max_delay_hours: 72 } })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.allow('tank', 'zfsadmin', ['send', 'hold'])
  for (const name of ['s1', 's2']) zfs.snapshot(`tank/one@${name}`, { bytes: 1000 })
  zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's2')
  zfs.snapshot('tank/one@s3', { bytes: 1000 })
  await bed.start()
  await bed.scan()
  for (let n = 0; n < 4; n++) await later(20)
  expect(marks()).toEqual([])
  expect(bed.log.filter(({ level, message }) => level === 'warn' && message.includes('Bookmark @s2'))).toHaveLength(1)
  expect((await scans()).filter(({ decisions }) => decisions.some(({ rule }) => rule === 'NOT_ANCHORED'))).toHaveLength(
    1,
  )
})

test('what retention removed is remembered, and says when the last common snapshot goes', async () => {
  bed = await Bed.open({ ...SETTINGS, defaults: { primary_max_age_hours: 0, anchor: 'none' } })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  let n = 0
  const hourly = () => zfs.snapshot(`tank/one@h${++n}`, { bytes: 100 })
  for (let hour = 0; hour < 3; hour++) {
    hourly()
    await bed.clock.pass(HOUR)
  }
  zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 'h3')
  await bed.start()
  await bed.scan()
  // Kept for twelve hours, and the replicator brings each one, until it stops at h18.
  for (let hour = 0; hour < 28; hour++) {
    hourly()
    if (n <= 18) {
      bed.host('b').zfs.dataset.destroy('vault/one')
      zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one')
    }
    if (n > 12) zfs.forget(`tank/one@h${n - 12}`)
    await later(1)
    if (n === 29) break
  }
  const risk = bed.engine.dataset(ID)?.verdict.reasons.find(({ code }) => code === 'CHAIN_AT_RISK')
  expect(risk?.message).toContain('At present retention the last common snapshot on a goes about')
  const goesAt = Number(risk?.evidence.goesAt)
  expect(Math.abs(goesAt - bed.clock.now())).toBeLessThan(2 * HOUR)
})

test('a primary on which the making of an anchor hangs costs the others no check; the next check makes it', async () => {
  await stalled()
  await bed.clock.pass(20 * HOUR)
  bed.faults.add({
    host: 'a',
    on: 'batch',
    match: /^zfs bookmark/,
    times: 1,
    wrong: { kind: 'endless', command: /^zfs bookmark/ },
  })
  await bed.configure({ ...SETTINGS, scheduler: { interval_minutes: 10 } })
  const at = bed.clock.now()
  await bed.look()
  expect(bed.clock.now() - at).toBeLessThan(10 * 60_000)
  expect(marks()).toEqual([])
  await bed.look()
  expect(marks()).toEqual([guid('s2')])
})
