import { afterEach, describe, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { runCommand } from './command.ts'

/* Children of recursive mappings that come and go. */

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const ROOT = 'a-b.tree'
const primary = () => bed.host('a').zfs
const view = (id: string) => {
  const found = bed.engine.dataset(id)
  if (found === null) throw new Error(`There is no ${id}.`)
  return found
}
const codes = (id: string) => view(id).verdict.reasons.map(({ code }) => code)
const lagPoints = async (id: string) => (await bed.store.lag(id, 0, bed.clock.now() + 1, 1)).length
const last = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]

async function tree(children: readonly string[], settings: object = {}): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true, ...settings } }],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
  })
  for (const name of ['', ...children]) make(name)
  await bed.start()
  await settle()
}

function make(child: string): void {
  const name = child === '' ? 'tank/tree' : `tank/tree/${child}`
  primary().dataset.create(name)
  take(child)
}
function take(child: string): void {
  const name = child === '' ? 'tank/tree' : `tank/tree/${child}`
  const seconds = Math.floor(bed.clock.now() / 1000)
  primary().snapshot(`${name}@s${seconds}`, { creation: seconds, bytes: 10_000 })
}
const destroy = (...children: readonly string[]) => {
  for (const child of children) primary().dataset.destroy(`tank/tree/${child}`)
}
/** Checks and repairs until nothing more comes of it. */
async function settle(): Promise<void> {
  for (let checks = 0; checks < 3; checks++) {
    await bed.scan()
    await bed.clock.pass(1000)
  }
}

describe('children that are gone on the primary', () => {
  test('leave the check, are listed with their backup, and are one WARNING at their root until somebody acknowledges it', async () => {
    await tree(['x', 'y', 'z'])
    expect(codes(ROOT)).toEqual(['UP_TO_DATE'])
    destroy('x', 'y')
    await bed.clock.pass(HOUR)
    const before = await lagPoints(`${ROOT}.x`)
    await bed.scan()
    expect(view(ROOT).verdict).toMatchObject({ health: 'WARNING', reason: { code: 'RETIRED', evidence: { count: 2 } } })
    expect(view(`${ROOT}.x`)).toMatchObject({
      dataset: { retired: true },
      status: 'HEALTHY',
      stale: false,
      verdict: { reason: { code: 'RETIRED', severity: 'NOTE', evidence: { backup: true } } },
    })
    for (let checks = 0; checks < 5; checks++) {
      await bed.clock.pass(HOUR)
      await bed.scan()
    }
    expect(await lagPoints(`${ROOT}.x`)).toBe(before)
    expect(view(`${ROOT}.x`).verdict.reason.code).toBe('RETIRED')
    expect((await bed.store.runs({ kind: ['SCAN'], limit: 1 })).items[0]?.outcome).toContain('Looked at 2 datasets')

    await bed.run(bed.engine.ack(ROOT, { until: bed.clock.now() + HOUR, by: 'anna', reason: null }))
    await bed.scan()
    expect(view(ROOT).verdict.health).toBe('HEALTHY')
    await bed.clock.pass(2 * HOUR)
    await bed.scan()
    expect(codes(ROOT)).toEqual(['UP_TO_DATE'])
    destroy('z')
    await bed.scan()
    expect(view(ROOT).verdict.reason).toMatchObject({ code: 'RETIRED', evidence: { count: 1, names: ['z'] } })
  })

  test('whose backup goes too are forgotten after the days of retention, and their runs stay', async () => {
    await tree(['x', 'y'])
    const runs = async () => (await bed.store.runs({ datasetId: `${ROOT}.x`, limit: 9 })).items.length
    const had = await runs()
    expect(had).toBeGreaterThan(0)
    destroy('x', 'y')
    await bed.scan()
    bed.host('b').zfs.dataset.destroy('vault/tree/x')
    await bed.clock.pass(HOUR)
    await bed.scan()
    expect(view(`${ROOT}.x`).verdict.reason.evidence.backup).toBe(false)
    expect(view(`${ROOT}.y`).verdict.reason.evidence.backup).toBe(true)
    for (let days = 0; days < 32; days++) {
      await bed.clock.pass(24 * HOUR)
      await bed.look(false)
    }
    await bed.store.prune(bed.config.retention, bed.clock.now())
    await bed.look(false)
    expect(bed.engine.datasets().map(({ dataset }) => dataset.id)).toEqual([ROOT, `${ROOT}.y`])
    expect(await runs()).toBe(had)
  })

  test('a listing that failed, and a root that is itself gone, retire nobody', async () => {
    await tree(['x', 'y'])
    bed.faults.add({ host: 'a', on: 'batch', times: 10, wrong: { kind: 'connect', as: 'refused' } })
    await bed.scan()
    bed.faults.clear()
    expect(bed.engine.datasets().some(({ dataset }) => dataset.retired)).toBe(false)
    await bed.clock.pass(HOUR)
    primary().dataset.destroy('tank/tree')
    await bed.scan()
    expect(codes(ROOT)).toContain('PRIMARY_DATASET_MISSING')
    expect(codes(`${ROOT}.x`)).toContain('PRIMARY_DATASET_MISSING')
    expect(bed.engine.datasets().some(({ dataset }) => dataset.retired)).toBe(false)
  })

  test('one that the configuration leaves out is not gone', async () => {
    await tree(['x', 'y'])
    await bed.configure({
      mappings: [{ name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true, exclude: ['x'] } }],
    })
    await bed.scan()
    expect(codes(ROOT)).toEqual(['UP_TO_DATE'])
    expect(bed.engine.dataset(`${ROOT}.x`)).toBeNull()
  })

  test('dozens that come and go leave nothing behind', async () => {
    await tree(['stays'])
    for (let round = 0; round < 12; round++) {
      const names = Array.from({ length: 4 }, (_, n) => `c${round}-${n}`)
      for (const name of names) make(name)
      await bed.scan()
      destroy(...names)
      for (const name of names) bed.host('b').zfs.dataset.destroy(`vault/tree/${name}`)
      await bed.clock.pass(HOUR)
    }
    await bed.scan()
    expect((await bed.store.runs({ kind: ['SCAN'], limit: 1 })).items[0]?.outcome).toContain('Looked at 2 datasets')
    for (let days = 0; days < 32; days++) {
      await bed.clock.pass(24 * HOUR)
      await bed.look(false)
    }
    await bed.store.prune(bed.config.retention, bed.clock.now())
    await bed.look(false)
    expect(await bed.store.datasets()).toHaveLength(2)
  })
})

describe('more than half of a tree at once', () => {
  const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'kept', 'written']

  test('is CHILDREN_GONE: nothing in the tree is set aside by itself, increments go on, and a person ends it', async () => {
    await tree(names)
    destroy('a1', 'a2', 'a3', 'a4', 'a5', 'a6')
    const own = 'vault/tree/written'
    bed.host('b').zfs.write(own, 100_000)
    take('kept')
    take('written')
    await bed.clock.pass(HOUR)
    await settle()
    expect(view(ROOT).verdict).toMatchObject({
      health: 'BROKEN',
      reason: { code: 'CHILDREN_GONE', evidence: { gone: 6, of: 8 } },
    })
    // Long quiet, and proven: without the alarm it would be set aside now.
    await bed.clock.pass(3 * HOUR)
    await settle()
    expect(view(`${ROOT}.kept`).verdict.reason.code).toBe('UP_TO_DATE')
    expect(view(`${ROOT}.written`).plan).toMatchObject({
      kind: 'SET_ASIDE_REWIND',
      automatic: { allowed: false, code: 'NEEDS_PERSON' },
    })
    expect(view(`${ROOT}.written`).plan?.automatic.because).toContain('6 of the 8 children')
    const run = await last()
    expect(run?.datasetId).toBe(`${ROOT}.kept`)

    // Neither a restart nor many new children end it.
    for (let n = 0; n < 20; n++) make(`new${n}`)
    await bed.restart()
    await settle()
    expect(view(ROOT).verdict.reason.code).toBe('CHILDREN_GONE')

    await bed.run(bed.engine.ack(ROOT, { until: null, by: 'anna', reason: 'On purpose.' }))
    await bed.clock.pass(HOUR)
    await settle()
    expect(codes(ROOT)).toEqual(['UP_TO_DATE'])
    expect(view(`${ROOT}.written`).verdict.reason.code).toBe('UP_TO_DATE')
    const { stdout } = await runCommand(['zfs', 'list', '-H', '-o', 'name'], bed.host('b'))
    expect(stdout).toContain('vault/tree/written.zw-aside-')
    for (const name of names) expect(stdout).toContain(`vault/tree/${name}\n`)
  })
})

describe('a child that has just appeared', () => {
  test('is no alarm, is seeded by itself, and is one when it has no backup in time', async () => {
    await tree(['x'], { repair_when: 'broken' })
    make('new')
    await bed.look()
    expect(view(`${ROOT}.new`).verdict.health).toBe('HEALTHY')
    expect(codes(`${ROOT}.new`)).toEqual(['WITHIN_POLICY', 'NEW_CHILD'])
    await bed.idle()
    await bed.scan()
    expect(codes(`${ROOT}.new`)).toEqual(['UP_TO_DATE'])

    await bed.configure({ defaults: { ...bed.settings.defaults, auto_repair: false } })
    make('later')
    for (const [hours, health] of [
      [0, 'HEALTHY'],
      [71, 'HEALTHY'],
      [2, 'BROKEN'],
    ] as const) {
      await bed.clock.pass(hours * HOUR)
      await bed.scan()
      expect([hours, view(`${ROOT}.later`).verdict.health]).toEqual([hours, health])
    }
  })
})
