import { afterEach, describe, expect, test } from 'bun:test'
import type { MaintenanceScope } from '#lib/db/types.ts'
import type { Refusal } from '#lib/engine/refusal.ts'
import type { MaintenanceRequest } from '#lib/engine/types.ts'
import { Bed, type BedOptions, PERSON } from './bed.ts'
import { make, THREE_SANS } from './several-datasets.ts'

/* Pauses and acknowledgements of many: what they hold back, and that they begin and end by themselves. */

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const MAPPINGS: BedOptions['mappings'] = [
  { name: 'one', primary: 'a', backup: 'b' },
  { name: 'two', primary: 'a', backup: 'c' },
  { name: 'tree', primary: 'a', backup: 'b', settings: { recursive: true } },
]
const HOST_B: MaintenanceScope = { kind: 'hosts', hosts: ['b'] }

/** What was told: `id` of a dataset, or the words of a maintenance and where it stood. */
let told: string[] = []

async function open(): Promise<void> {
  told = []
  bed = await Bed.open({
    ...THREE_SANS,
    mappings: MAPPINGS,
    emit: {
      control: (id) => void told.push(id),
      maintenance: ({ about, stage }) => void told.push(`${about} ${stage}`),
    },
  })
  make(bed, 'one', 'two', 'tree', 'tree/leaf')
  await bed.start()
}

function request(change: Partial<MaintenanceRequest> = {}): MaintenanceRequest {
  const from = bed.clock.now()
  return { kind: 'pause', scope: HOST_B, from, until: from + 4 * HOUR, by: 'anna', reason: 'disk swap', ...change }
}

async function maintain(change: Partial<MaintenanceRequest> = {}) {
  const made = await bed.run(bed.engine.maintain(request(change)))
  if (made === null) throw new Error('The witness was killed.')
  return made
}

const onBackup = (host: string, dataset: string) => bed.zfs(host, 'list', '-H', '-o', 'name', dataset)
const repairs = async () =>
  (await bed.store.runs({ kind: ['REPAIR'], limit: 50 })).items.map(({ datasetId }) => datasetId)
const paused = () => bed.engine.datasets().flatMap(({ dataset, pause }) => (pause === null ? [] : [dataset.id]))
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ code, message }: Refusal) => ({ code, message }),
  )

describe('a paused SAN', () => {
  test('starts no repair, automatic or by a person, who is told by whom and until when; others go on', async () => {
    await open()
    await bed.look(false)
    const { id, from: begun } = await maintain()
    await bed.scan()
    expect(await repairs()).toEqual(['a-c.two'])
    expect([await onBackup('b', 'vault/one'), await onBackup('b', 'vault/tree')]).toEqual(['', ''])
    expect(paused()).toEqual(['a-b.one', 'a-b.tree', 'a-b.tree.leaf'])
    expect(bed.engine.dataset('a-b.one')?.pause).toEqual({
      origin: 'maintenance',
      by: 'anna',
      at: begun,
      until: begun + 4 * HOUR,
      reason: 'disk swap',
      maintenance: { id, about: 'SAN b' },
    })
    expect(bed.engine.dataset('a-b.one')?.plan?.automatic.code).toBe('PAUSED')
    expect(await refusalOf(bed.engine.repair({ datasetId: 'a-b.tree.leaf', trigger: PERSON }))).toEqual({
      code: 'PAUSED',
      message: `a-b.tree.leaf is paused until 2026-11-22 16:00 by anna with SAN b: disk swap; end that first (zwitness maintenance end ${id}).`,
    })
  })

  test('that a person ends is looked at at once, and goes on', async () => {
    await open()
    const { id } = await maintain({ until: null })
    await bed.scan()
    const ended = await bed.run(bed.engine.endMaintenance(id, 'otto'))
    expect([ended?.stage, ended?.endedBy, paused()]).toEqual(['over', 'otto', []])
    await bed.idle()
    expect(await onBackup('b', 'vault/one')).toBe('vault/one')
    expect(await refusalOf(bed.engine.endMaintenance(id, 'otto'))).toMatchObject({ code: 'NO_SUCH_MAINTENANCE' })
    expect(await bed.engine.pastMaintenances(0)).toMatchObject([{ id, about: 'SAN b', stage: 'over', by: 'anna' }])
  })

  test('and a dataset paused for itself: what lasts longest is shown, and both must end', async () => {
    await open()
    await bed.look(false)
    await maintain()
    await bed.run(bed.engine.pause('a-b.one', { until: null, by: 'otto', reason: null }))
    expect(bed.engine.dataset('a-b.one')?.pause).toMatchObject({ origin: 'person', by: 'otto' })
    await bed.run(bed.engine.resume('a-b.one', 'otto'))
    expect(bed.engine.dataset('a-b.one')?.pause).toMatchObject({ origin: 'maintenance', by: 'anna' })
  })
})

test.each<[string, MaintenanceScope, readonly string[]]>([
  ['all', { kind: 'all' }, ['a-b.one', 'a-c.two', 'a-b.tree', 'a-b.tree.leaf']],
  ['a primary', { kind: 'hosts', hosts: ['a'] }, ['a-b.one', 'a-c.two', 'a-b.tree', 'a-b.tree.leaf']],
  ['two SANs', { kind: 'hosts', hosts: ['c', 'b', 'c'] }, ['a-b.one', 'a-c.two', 'a-b.tree', 'a-b.tree.leaf']],
  ['a pair', { kind: 'pair', pair: 'a → c' }, ['a-c.two']],
  ['chosen ones', { kind: 'datasets', ids: ['a-c.two', 'a-b.tree'] }, ['a-c.two', 'a-b.tree', 'a-b.tree.leaf']],
  ['a child', { kind: 'datasets', ids: ['a-b.tree.leaf'] }, ['a-b.tree.leaf']],
  ['the scheduler', { kind: 'scheduler' }, []],
])('%s: which datasets it is for', async (_, scope, ids) => {
  await open()
  await bed.look(false)
  const { concerns } = await maintain({ scope })
  expect([concerns.toSorted(), paused().toSorted()]).toEqual([ids.toSorted(), ids.toSorted()])
})

test.each<[MaintenanceScope, string]>([
  [{ kind: 'hosts', hosts: ['b', 'z'] }, 'NO_SUCH_HOST'],
  [{ kind: 'pair', pair: 'z' }, 'NO_SUCH_PAIR'],
  [{ kind: 'datasets', ids: ['a-b.one', 'z'] }, 'NO_SUCH_DATASET'],
])('%j is refused, and nothing is kept', async (scope, code) => {
  await open()
  expect(await refusalOf(bed.engine.maintain(request({ scope })))).toMatchObject({ code })
  expect(bed.engine.maintenances()).toEqual([])
})

test('planned ahead: it begins and ends by itself, each told once, and then what it was for is looked at', async () => {
  await open()
  await bed.look(false)
  await bed.run(bed.engine.keepTime())
  const from = bed.clock.now() + 2 * HOUR
  await maintain({ from, until: from + HOUR })
  expect([paused(), told]).toEqual([[], ['SAN b planned']])
  await bed.clock.pass(2 * HOUR + 60_000)
  expect(told.splice(0)).toEqual(['SAN b planned', 'SAN b in force', 'a-b.one', 'a-b.tree', 'a-b.tree.leaf'])
  expect(paused()).toHaveLength(3)
  await bed.clock.pass(HOUR)
  expect(told).toEqual(['SAN b over', 'a-b.one', 'a-b.tree', 'a-b.tree.leaf'])
  expect(paused()).toEqual([])
  await bed.idle()
  expect(await onBackup('b', 'vault/one')).toBe('vault/one')
  expect(bed.clock.waiting).toBe(0)
})

test('a begin and an end that came while the witness was off are told when it is back, once', async () => {
  await open()
  await bed.look(false)
  await maintain({ from: bed.clock.now() + HOUR, until: bed.clock.now() + 2 * HOUR })
  await maintain({ scope: { kind: 'pair', pair: 'a → c' }, from: bed.clock.now() + HOUR, until: null, kind: 'ack' })
  bed.witness.kill()
  bed.clock.jump(3 * HOUR)
  told = []
  await bed.restart()
  await bed.run(bed.engine.keepTime())
  const expected = ['SAN b over', 'a-b.one', 'a-b.tree', 'a-b.tree.leaf', 'the pair a → c in force', 'a-c.two']
  expect(told).toEqual(expected)
  await bed.idle()
  expect(await onBackup('b', 'vault/one')).toBe('vault/one')
  expect(bed.engine.dataset('a-c.two')?.ack).toMatchObject({ by: 'anna', origin: 'maintenance' })
  told = []
  await bed.restart()
  await bed.run(bed.engine.keepTime())
  expect(told).toEqual([])
})

test('a clock that is set ahead is noticed within half a minute', async () => {
  await open()
  await bed.run(bed.engine.keepTime())
  await maintain({ until: bed.clock.now() + 100 * HOUR })
  told = []
  bed.clock.jump(200 * HOUR)
  await bed.clock.pass(31_000)
  expect(told[0]).toBe('SAN b over')
})

test('a database that takes nothing at the begin: it holds all the same, is told once, and noted later', async () => {
  await open()
  await bed.look(false)
  await bed.run(bed.engine.keepTime())
  const from = bed.clock.now() + HOUR
  const { id } = await maintain({ from, until: null })
  bed.storeIsFull = (call) => call === 'noteMaintenance'
  await bed.clock.pass(HOUR + 120_000)
  expect([paused().length, told.filter((words) => words === 'SAN b in force').length]).toEqual([3, 1])
  bed.storeIsFull = () => false
  await bed.clock.pass(60_000)
  expect(await bed.store.openMaintenances()).toMatchObject([{ id, noted: 'in force' }])
  expect(told.filter((words) => words === 'SAN b in force')).toHaveLength(1)
})

test("the end of a dataset's own pause is told too, and it is looked at", async () => {
  await open()
  await bed.look(false)
  await bed.run(bed.engine.keepTime())
  await bed.run(bed.engine.pause('a-b.one', { until: bed.clock.now() + HOUR, by: 'otto', reason: null }))
  told = []
  await bed.clock.pass(HOUR + 60_000)
  await bed.idle()
  expect([told, await onBackup('b', 'vault/one')]).toEqual([['a-b.one'], 'vault/one'])
})

test('while the scheduler is paused the end of another pause starts no check; its own end looks at everything', async () => {
  await open()
  await bed.look(false)
  await bed.run(bed.engine.keepTime())
  const { id } = await maintain({ scope: { kind: 'scheduler' }, until: null })
  expect(bed.engine.schedulerPause()).toMatchObject({ id, by: 'anna', until: null })
  await maintain({ until: bed.clock.now() + HOUR })
  await bed.clock.pass(HOUR + 60_000)
  expect([paused(), await repairs(), bed.engine.activeRuns()]).toEqual([[], [], []])
  await bed.run(bed.engine.endMaintenance(id, 'anna'))
  await bed.idle()
  expect([bed.engine.schedulerPause(), (await repairs()).length]).toEqual([null, 4])
})

test('a selection follows the ids of its datasets', async () => {
  await open()
  await bed.look(false)
  await maintain({ kind: 'ack', scope: { kind: 'datasets', ids: ['a-c.two'] } })
  const others = MAPPINGS.filter(({ name }) => name !== 'two')
  await bed.configure({
    mappings: [...others, { name: 'two', primary: 'a', backup: 'c', settings: { id: 'newly-named' } }],
  })
  expect(bed.engine.dataset('newly-named')?.ack).toMatchObject({
    by: 'anna',
    maintenance: { about: 'dataset newly-named' },
  })
})

test('an acknowledgement of many is no word about children that went: only one of the root itself is', async () => {
  await open()
  make(bed, 'tree/x', 'tree/y', 'tree/z')
  await bed.scan()
  for (const child of ['leaf', 'x', 'y']) bed.host('a').zfs.dataset.destroy(`tank/tree/${child}`)
  await bed.scan()
  const codes = () => bed.engine.dataset('a-b.tree')?.verdict.reasons.map(({ code }) => code)
  expect(codes()).toContain('RETIRED')
  await bed.clock.pass(HOUR)
  await maintain({ kind: 'ack', scope: { kind: 'all' }, until: null })
  await bed.scan()
  expect([codes(), bed.engine.dataset('a-b.tree')?.ack?.by]).toEqual([['RETIRED', 'UP_TO_DATE'], 'anna'])
  await bed.run(bed.engine.ack('a-b.tree', { until: null, by: 'anna', reason: null }))
  await bed.scan()
  expect(codes()).not.toContain('RETIRED')
})
