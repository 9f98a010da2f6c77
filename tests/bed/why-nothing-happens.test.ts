import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { Bed, type BedOptions, PERSON } from './bed.ts'

/* What holds a repair back is on the dataset, in the words that a check decides by; and a check does what is shown. */

// A generous limit: a machine may be busy.
setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const ID = 'a-b.one'

async function open(options: Partial<BedOptions>, name = 'one'): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name, primary: 'a', backup: 'b' }],
    ...options,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...options.defaults },
  })
  bed.host('a').zfs.dataset.create(`tank/${name}`)
  bed.host('a').zfs.snapshot(`tank/${name}@s1`, { bytes: 100_000 })
  await bed.start()
  await bed.idle()
}

const view = (id = ID) => bed.engine.dataset(id)
const said = (id = ID) => view(id)?.plan?.automatic
const repairs = async (id = ID) =>
  (await bed.store.runs({ kind: ['REPAIR'], datasetId: id, limit: 100 })).items.map(({ state }) => state)
const lastScan = async () => (await bed.store.runs({ kind: ['SCAN'], limit: 1 })).items[0]

describe('what is shown is what a check does', () => {
  test('late enough for nothing yet: the moment from which it starts by itself, and then it does', async () => {
    await open({ defaults: { repair_when: 'warning', max_delay_hours: 4, warn_delay_hours: 2 } })
    await bed.scan()
    for (const name of ['s2', 's3']) bed.host('a').zfs.snapshot(`tank/one@${name}`, { bytes: 100_000 })
    await bed.configure({ defaults: { auto_repair: true, anchor: 'none', max_delay_hours: 4, warn_delay_hours: 2 } })
    await bed.scan()
    const first = said()
    expect([first?.allowed, first?.code]).toEqual([false, 'BELOW_THRESHOLD'])
    expect(first?.sentence).toMatch(/^By itself from 2026-11-22 14:\d\d\. It is .* behind; /)
    expect(await repairs()).toEqual(['SUCCEEDED'])
    await bed.clock.pass((first?.from ?? 0) - bed.clock.now())
    expect(said()?.sentence).toStartWith('Yes, at the next check.')
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    expect(said()?.code).toBe('NOTHING_TO_DO')
  })

  test('no room in the pool: said on the dataset, and no run a check', async () => {
    await open({})
    await bed.scan()
    bed.host('b').zfs.setPool('vault', { size: 250_000 })
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    for (let scan = 0; scan < 3; scan++) await bed.scan()
    expect(said()).toMatchObject({ allowed: false, code: 'SPACE', from: null })
    expect(said()?.sentence).toStartWith('Not by itself now. The repair needs about ')
    expect(await repairs()).toEqual(['SUCCEEDED'])
    expect((await lastScan())?.decisions).toContainEqual({ rule: 'SPACE', count: 1, message: said()?.because ?? '' })
    // What a person is shown in a preview says the same.
    const shown = await bed.run(bed.engine.preview(ID))
    expect(shown?.plan.automatic.code).toBe('SPACE')
    bed.host('b').zfs.setPool('vault', { size: 1e9 })
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })

  test('a size that was asked for and not answered is said; one that was not asked for yet holds nothing back', async () => {
    await open({})
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    bed.faults.add({
      host: 'a',
      on: 'batch',
      match: /zfs send .*-n/,
      times: 1,
      wrong: { kind: 'refuse', exitCode: 1, stderr: '' },
    })
    await bed.scan()
    expect(said()).toMatchObject({ allowed: false, code: 'NO_ESTIMATE', from: null })
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })

  test('a failure: from when the next try starts, and a pause is said at once', async () => {
    await open({})
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 300 } })
    await bed.scan()
    expect(await repairs()).toEqual(['FAILED', 'SUCCEEDED'])
    bed.faults.clear()
    expect(said()).toMatchObject({ allowed: false, code: 'BACKING_OFF' })
    expect(said()?.from).toBeGreaterThan(bed.clock.now())
    const until = bed.clock.now() + 2 * HOUR
    await bed.run(bed.engine.pause(ID, { until, by: 'otto', reason: null }))
    expect(said()).toMatchObject({ code: 'PAUSED', from: until })
    await bed.clock.pass(2 * HOUR)
    expect(said()?.allowed).toBe(true)
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED'])
  })

  test('a failure while the clock was a year ahead holds nothing back once it is put right', async () => {
    await open({})
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    bed.clock.jump(400 * 24 * HOUR)
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 300 } })
    await bed.scan()
    bed.faults.clear()
    bed.clock.jump(-400 * 24 * HOUR)
    expect(await repairs()).toEqual(['FAILED', 'SUCCEEDED'])
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED'])
    // Nor does it count as the newest one from then on.
    bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 100_000 })
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'SUCCEEDED'])
  })

  test('while its repair is queued or running, that is what is said', async () => {
    await open({})
    await bed.look()
    expect(said()?.because).toMatch(/^Run \d+ (repairs it now|waits for its turn to repair it)\.$/)
    expect(said()).toMatchObject({ allowed: false, code: 'UNDER_WAY' })
    await bed.idle()
    expect(said()?.code).toBe('NOTHING_TO_DO')
  })

  test('three set-asides are kept: said as such, and eight checks leave no run and no warning', async () => {
    await open({ defaults: { on_diverged: 'set_aside' } })
    await bed.scan()
    for (let own = 1; own <= 4; own++) {
      bed.host('b').zfs.snapshot(`vault/one@own${own}`, { bytes: 1000 })
      bed.host('a').zfs.snapshot(`tank/one@s${own + 1}`, { bytes: 1000 })
      for (let scan = 0; scan < 3; scan++) {
        await bed.clock.pass(HOUR / 2)
        await bed.scan()
      }
    }
    expect(view()?.plan?.blocked?.code).toBe('SET_ASIDE_LIMIT')
    expect(said()).toMatchObject({ allowed: false, code: 'SET_ASIDE_LIMIT', from: null })
    expect(said()?.because).toContain('zwitness set-asides')
    const before = { runs: (await repairs()).length, warnings: bed.log.filter(({ level }) => level === 'warn').length }
    for (let scan = 0; scan < 8; scan++) {
      await bed.clock.pass(HOUR / 2)
      await bed.scan()
    }
    const after = { runs: (await repairs()).length, warnings: bed.log.filter(({ level }) => level === 'warn').length }
    expect(after).toEqual(before)
  })

  test('a clock that is off by an hour starts nothing', async () => {
    await open({ defaults: { repair_when: 'warning' } })
    await bed.scan()
    bed.host('b').setClock(3600)
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    await bed.scan()
    expect([view()?.verdict.health, view()?.verdict.reason.code]).toEqual(['WARNING', 'CLOCK_SKEW'])
    expect(said()?.code).toBe('BELOW_THRESHOLD')
    expect(await repairs()).toEqual(['SUCCEEDED'])
  })

  test('where a host is up only now and then, what is missing is sent while it is', async () => {
    const hosts = [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault', settings: { online: 'on_demand' } },
    ]
    await open({ hosts, defaults: { repair_when: 'broken' } })
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })
})

describe('a temporary snapshot that was replicated and then destroyed on the primary', () => {
  test.each(['none', 'bookmark'])('is no alarm (anchor: %s), and the next one goes on from there', async (anchor) => {
    await open({ defaults: { anchor } })
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@tmp')
    await bed.scan()
    expect(view()?.verdict.reason.code).toBe('UP_TO_DATE')
    bed.host('a').zfs.forget('tank/one@tmp')
    for (let check = 0; check < 3; check++) {
      await bed.clock.pass(HOUR)
      await bed.scan()
      expect([view()?.verdict.health, view()?.plan?.kind]).toEqual(['HEALTHY', 'NOTHING'])
    }
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1000 })
    await bed.scan()
    expect(view()?.verdict.reason.code).toBe('UP_TO_DATE')
    expect(bed.host('b').zfs.content('vault/one@s2')).toEqual(bed.host('a').zfs.content('tank/one@s2'))
  })
})

describe('a tree', () => {
  const tree = async (defaults: object = {}) => {
    await open({ mappings: [{ name: 'one', primary: 'a', backup: 'b', settings: { recursive: true } }], defaults })
    for (const child of ['x', 'y']) {
      bed.host('a').zfs.dataset.create(`tank/one/${child}`)
      bed.host('a').zfs.snapshot(`tank/one/${child}@s1`, { bytes: 10_000 })
    }
    for (let scan = 0; scan < 3; scan++) {
      await bed.clock.pass(HOUR / 2)
      await bed.scan()
    }
    expect(bed.engine.datasets().map(({ verdict }) => verdict.reason.code)).toEqual(Array(3).fill('UP_TO_DATE'))
  }
  const CHILD = 'a-b.one.x'
  const takeAll = (name: string) => {
    for (const dataset of ['tank/one', 'tank/one/x', 'tank/one/y'])
      bed.host('a').zfs.snapshot(`${dataset}@${name}`, { bytes: 1000 })
  }

  test('a root that a person must look at holds none of its children back', async () => {
    await tree({ on_diverged: 'ask' })
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 4096 })
    for (let day = 0; day < 4; day++) {
      takeAll(`day${day}`)
      await bed.clock.pass(24 * HOUR)
      await bed.scan()
    }
    expect(view()?.verdict.health).toBe('BROKEN')
    expect(said()).toMatchObject({ allowed: false, code: 'NEEDS_PERSON' })
    for (const id of [CHILD, 'a-b.one.y']) expect([id, view(id)?.verdict.reason.code]).toEqual([id, 'UP_TO_DATE'])
  })

  test('a child without a backup waits for the place in which it is made, and says so', async () => {
    await tree({ on_diverged: 'ask' })
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 4096 })
    bed.host('a').zfs.dataset.create('tank/one/new')
    bed.host('a').zfs.snapshot('tank/one/new@s1', { bytes: 10_000 })
    takeAll('s2')
    for (let scan = 0; scan < 3; scan++) await bed.scan()
    expect(said('a-b.one.new')).toMatchObject({ allowed: false, code: 'WAITS_FOR_PARENT', from: null })
    expect(said('a-b.one.new')?.because).toContain('vault/one on b')
    expect(await repairs('a-b.one.new')).toEqual([])
    // A person has the root repaired: the child follows at once.
    const started = await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
    if (started !== null) await bed.run(started.done)
    await bed.idle()
    expect(view('a-b.one.new')?.verdict.reason.code).toBe('UP_TO_DATE')
  })

  test('a mapping of its own waits for the one above it in the same way', async () => {
    await open({
      mappings: [
        { name: 'one', primary: 'a', backup: 'b', settings: { auto_repair: false } },
        { name: 'one/own', primary: 'a', backup: 'b' },
      ],
    })
    bed.host('a').zfs.dataset.create('tank/one/own')
    bed.host('a').zfs.snapshot('tank/one/own@s1', { bytes: 10_000 })
    for (let scan = 0; scan < 3; scan++) await bed.scan()
    const id = bed.engine.datasets().find(({ dataset }) => dataset.mapping.primary.dataset === 'tank/one/own')
      ?.dataset.id
    expect(said(id)).toMatchObject({ code: 'WAITS_FOR_PARENT' })
    expect(await repairs(id)).toEqual([])
    const started = await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
    if (started !== null) await bed.run(started.done)
    await bed.scan()
    expect(view(id)?.verdict.reason.code).toBe('UP_TO_DATE')
  })

  test('while the root is being moved nothing below it begins', async () => {
    await tree({ on_diverged: 'set_aside' })
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 4096 })
    takeAll('s2')
    await bed.clock.pass(HOUR / 2)
    await bed.look(false)
    await bed.clock.pass(HOUR / 2)
    await bed.look()
    const root = view()?.activeRun
    expect(root?.plan?.kind).toBe('SET_ASIDE_REWIND')
    expect(said(CHILD)).toMatchObject({ allowed: false, code: 'WAITS_FOR_PARENT' })
    expect(said(CHILD)?.because).toBe(`It waits for run ${root?.id}, which repairs vault/one above it on b.`)
    await bed.idle()
    expect(bed.engine.datasets().map(({ verdict }) => verdict.reason.code)).toEqual(Array(3).fill('UP_TO_DATE'))
  })
})
