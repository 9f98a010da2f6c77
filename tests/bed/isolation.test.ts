import { afterEach, describe, expect, test } from 'bun:test'
import { Bed, type BedOptions, SCHEDULE } from './bed.ts'
import type { BedMapping } from './config.ts'
import { has, healths, make, settle, THREE_SANS } from './several-datasets.ts'

/* One dataset, host or pair that fails hurts itself alone; who stops waiting hurts nobody. */

let bed: Bed
/** Hosts that never answer a look, and never fail either. */
const drips = new Set<string>()
const NEVER = new Promise<never>(() => {})

afterEach(async () => {
  drips.clear()
  await bed.close()
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function open(mappings: readonly BedMapping[], more: Partial<BedOptions> = {}): Promise<void> {
  bed = await Bed.open({
    ...THREE_SANS,
    mappings,
    between: (sans) => ({
      ...sans,
      read: (wants, options) => (wants.some(({ host }) => drips.has(host)) ? NEVER : sans.read(wants, options)),
    }),
    ...more,
  })
}

const codeOf = (id: string) => bed.engine.dataset(id)?.verdict.reason.code

describe('who stops waiting', () => {
  async function healthy(): Promise<void> {
    await open([{ name: 'one', primary: 'a', backup: 'b' }])
    make(bed, 'one')
    await bed.start()
    await settle(bed)
    await bed.scan()
    expect(healths(bed)).toEqual({ 'tank/one': 'HEALTHY' })
  }
  const one = () => bed.engine.dataset('a-b.one')
  const lag = () => bed.store.lag('a-b.one', 0, bed.clock.now() + HOUR, 1)

  test('a check that is cancelled changes no verdict, no host and no lag history', async () => {
    await healthy()
    const before = { state: one()?.state, hosts: bed.engine.hosts(), lag: await lag() }
    bed.faults.add({ host: 'b', on: 'batch', times: 1, wrong: { kind: 'hang', after: 0 } })
    const controller = new AbortController()
    const started = await bed.run(
      bed.engine.scan({
        scope: { kind: 'all' },
        enqueue: true,
        trigger: SCHEDULE,
        signal: controller.signal,
      }),
    )
    await bed.clock.pass(10_000)
    controller.abort(new Error('time-out'))
    const record = started === null ? null : await bed.run(started.done)
    expect(record?.state).toBe('CANCELLED')
    expect(one()?.state).toEqual(before.state as never)
    expect(one()?.verdict.health).toBe('HEALTHY')
    expect(bed.engine.hosts().map(({ reachable }) => reachable)).toEqual(before.hosts.map(({ reachable }) => reachable))
    expect(await lag()).toEqual(before.lag)
    expect(await bed.store.state('a-b.one')).toEqual(before.state as never)
  })

  test('a preview that is given up changes nothing either', async () => {
    await healthy()
    const before = one()?.state
    bed.faults.add({ host: 'a', on: 'batch', times: 1, wrong: { kind: 'hang', after: 0 } })
    const controller = new AbortController()
    const preview = bed.engine.preview('a-b.one', { signal: controller.signal }).catch(() => null)
    await bed.clock.pass(5_000)
    controller.abort()
    await bed.run(preview)
    expect(one()?.state).toEqual(before as never)
  })

  test('a stop in the middle of a check changes nothing, and the check is not fresh for ever', async () => {
    await healthy()
    const before = one()?.state
    bed.faults.add({ host: 'b', on: 'batch', times: 1, wrong: { kind: 'hang', after: 0 } })
    const look = bed.look()
    await bed.clock.pass(5_000)
    await bed.run(bed.engine.stop())
    await look
    expect(one()?.state).toEqual(before as never)
    await bed.clock.pass(3 * HOUR)
    expect(codeOf('a-b.one')).toBe('STALE_CHECK')
  })

  test('a host that itself does not answer is a failed look, as before', async () => {
    await healthy()
    bed.host('b').up = false
    await bed.look()
    expect(codeOf('a-b.one')).toBe('HOST_UNREACHABLE')
    expect(bed.engine.hosts().map(({ reachable }) => reachable)).toEqual([true, false, null])
  })
})

describe('a SAN that drips', () => {
  async function twoPairs(more: Partial<BedOptions> = {}): Promise<void> {
    const mappings = [
      { name: 'one', primary: 'a', backup: 'b' },
      { name: 'two', primary: 'a', backup: 'c' },
    ]
    await open(mappings, more)
    make(bed, 'one', 'two')
    await bed.start()
    await settle(bed)
    for (const name of ['one', 'two']) bed.host('a').zfs.snapshot(`tank/${name}@s2`, { bytes: 1000 })
  }

  test('holds up its own pair alone: the other is judged, saved and repaired meanwhile', async () => {
    await twoPairs()
    bed.faults.add({ host: 'c', on: 'batch', times: 1, wrong: { kind: 'hang', after: 0 } })
    const before = bed.engine.dataset('a-b.one')?.checkedAt ?? 0
    const started = await bed.run(bed.engine.scan({ scope: { kind: 'all' }, enqueue: true, trigger: SCHEDULE }))
    await bed.clock.pass(20_000)
    expect(bed.engine.lastScan().running?.id).toBe(started?.run.id as number)
    expect(bed.engine.dataset('a-b.one')?.checkedAt).toBeGreaterThan(before)
    expect((await bed.store.state('a-b.one'))?.verdict?.judgedAt).toBeGreaterThan(before)
    expect(has(bed, 'b', 'vault/one@s2')).toBe(true)
    if (started !== null) await bed.run(started.done)
  })

  test('is given up at the limit of the check, and what it did not say changes nothing', async () => {
    await twoPairs()
    await settle(bed, 1)
    const before = bed.engine.dataset('a-c.two')?.state
    bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 1000 })
    drips.add('c')
    const at = bed.clock.now()
    const run = await bed.look()
    drips.clear()
    expect(bed.clock.now() - at).toBeLessThan(30 * MINUTE)
    expect(run?.outcome).toContain('1 not read in time')
    expect(bed.engine.dataset('a-c.two')?.state).toEqual(before as never)
    expect(bed.engine.hosts().find(({ id }) => id === 'c')?.reachable).toBe(true)
    await bed.idle()
    expect(has(bed, 'b', 'vault/one@s3')).toBe(true)
  })

  test.each([5, 10, 30, 360])('costs the others no check, at an interval of %i min', async (minutes) => {
    await twoPairs({ scheduler: { interval_minutes: minutes } })
    drips.add('c')
    for (const name of ['s3', 's4', 's5']) {
      bed.host('a').zfs.snapshot(`tank/one@${name}`, { bytes: 1000 })
      const due = bed.clock.now() + minutes * MINUTE
      await bed.look()
      expect(bed.clock.now()).toBeLessThan(due)
      await bed.idle()
      expect(has(bed, 'b', `vault/one@${name}`)).toBe(true)
      await bed.clock.pass(due - bed.clock.now())
    }
  })

  test('no host at all is one alarm of the witness, whichever gives up first', async () => {
    await twoPairs()
    await settle(bed, 1)
    bed.host('a').up = false
    bed.host('b').up = false
    bed.host('c').up = false
    await bed.look()
    expect([codeOf('a-b.one'), codeOf('a-c.two')]).toEqual(['WITNESS_ISOLATED', 'WITNESS_ISOLATED'])
    bed.host('c').up = true
    await bed.look()
    expect(codeOf('a-b.one')).toBe('HOST_UNREACHABLE')
  })
})

describe('a configuration that changes during a check', () => {
  test('of another id: what the check found is kept under the new one', async () => {
    const mapping = { name: 'one', primary: 'a', backup: 'b' }
    await open([mapping, { name: 'two', primary: 'a', backup: 'b' }])
    make(bed, 'one', 'two')
    await bed.start()
    await settle(bed)
    const at = bed.clock.now()
    bed.faults.add({ host: 'b', on: 'batch', times: 1, wrong: { kind: 'hang', after: 0 } })
    const look = bed.look()
    await bed.clock.pass(5_000)
    await bed.configure({
      mappings: [
        { ...mapping, settings: { id: 'renamed' } },
        { name: 'two', primary: 'a', backup: 'b' },
      ],
    })
    const run = await look
    expect(run?.state).toBe('SUCCEEDED')
    for (const id of ['renamed', 'a-b.two']) expect((await bed.store.state(id))?.verdict?.judgedAt).toBeGreaterThan(at)
    expect(bed.engine.dataset('renamed')?.state?.memory.primary).not.toBeNull()
    expect(bed.engine.dataset('a-b.one')).toBeNull()
  })

  test('of ids that change places: each keeps its own', async () => {
    const named = (one: string, two: string) => [
      { name: 'one', primary: 'a', backup: 'b', settings: { id: one } },
      { name: 'two', primary: 'a', backup: 'b', settings: { id: two } },
    ]
    await open(named('x', 'y'))
    make(bed, 'one', 'two')
    await bed.start()
    await settle(bed)
    const guids = () => ['x', 'y'].map((id) => bed.engine.dataset(id)?.state?.memory.primary?.guid)
    const before = guids()
    bed.faults.add({ host: 'b', on: 'batch', times: 1, wrong: { kind: 'hang', after: 0 } })
    const look = bed.look()
    await bed.clock.pass(5_000)
    await bed.configure({ mappings: named('y', 'x') })
    expect((await look)?.state).toBe('SUCCEEDED')
    expect(guids()).toEqual(before.toReversed())
    await settle(bed, 1)
    expect(healths(bed)).toEqual({ 'tank/one': 'HEALTHY', 'tank/two': 'HEALTHY' })
  })
})

test('one hostile row on one SAN is a fault of that dataset alone', async () => {
  await open([
    { name: 'one', primary: 'a', backup: 'b' },
    { name: 'two', primary: 'a', backup: 'b' },
  ])
  make(bed, 'one', 'two')
  await bed.start()
  await settle(bed)
  bed.host('a').zfs.snapshot('tank/one@s2', { creation: 9_000_000_000_000 })
  bed.host('a').zfs.snapshot('tank/two@s2', { bytes: 1000 })
  await settle(bed)
  expect(bed.engine.lastScan().finished?.state).toBe('SUCCEEDED')
  expect(healths(bed)['tank/two']).toBe('HEALTHY')
  expect(has(bed, 'b', 'vault/two@s2')).toBe(true)
  expect(codeOf('a-b.one')).toBe('NOT_CHECKED')
  expect(bed.engine.dataset('a-b.one')?.verdict.reason.message).toMatch(/The column (creation|snapshots_changed) /)
})

test('more snapshots than are read of one dataset are a fault of that one alone, which names the limit', async () => {
  await open([
    { name: 'one', primary: 'a', backup: 'b' },
    { name: 'two', primary: 'a', backup: 'b' },
  ])
  make(bed, 'one', 'two')
  await bed.start()
  await settle(bed)
  const rows = Array.from(
    { length: 100_000 },
    (_, index) => `vault/one@x${index}\tsnapshot\t${index + 1}\t${index + 1}\t1\t0\n`,
  )
  const wrong = { kind: 'says', what: /(?=vault\/one@s1\t)/, instead: rows.join('') } as const
  bed.faults.add({ host: 'b', on: 'batch', match: /snapshot,bookmark.*vault\/one/, times: 9, wrong })
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1000 })
  bed.host('a').zfs.snapshot('tank/two@s2', { bytes: 1000 })
  bed.host('b').zfs.snapshot('vault/one@mine', { bytes: 1000 })
  await settle(bed)
  expect(healths(bed)).toEqual({ 'tank/one': 'UNKNOWN', 'tank/two': 'HEALTHY' })
  expect(has(bed, 'b', 'vault/two@s2')).toBe(true)
  expect(has(bed, 'b', 'vault/one@s2')).toBe(false)
  const message = bed.engine.dataset('a-b.one')?.verdict.reason.message
  expect(message).toContain('b lists more than 100,000 snapshots and bookmarks of vault/one')
})

test('a database that is full is no fault of a dataset: the check goes on, what it found is kept and saved by the next', async () => {
  await open([{ name: 'one', primary: 'a', backup: 'b' }])
  make(bed, 'one')
  await bed.start()
  await settle(bed)
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1000 })
  let full = false
  bed.storeIsFull = (call) => full && /^(save|addLag)/.test(call)
  full = true
  expect((await bed.look(false))?.state).toBe('SUCCEEDED')
  expect(codeOf('a-b.one')).toBe('WITHIN_POLICY')
  const kept = bed.engine.dataset('a-b.one')?.state
  expect(await bed.store.state('a-b.one')).not.toEqual(kept as never)
  // What was not saved survives a new configuration too.
  await bed.configure({})
  expect(bed.engine.dataset('a-b.one')?.state).toEqual(kept as never)
  full = false
  await bed.look(false)
  expect(await bed.store.state('a-b.one')).toEqual(bed.engine.dataset('a-b.one')?.state as never)
  expect(bed.log.filter(({ message }) => message.startsWith('Fault '))).toEqual([])
})
