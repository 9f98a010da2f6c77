import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { InProcess } from './in-process.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * One look at a dozen datasets in every state that heals without a person, and at some that policy holds back. They are
 * repaired side by side, as after an outage; each test then says what became of one of them.
 */
let world: World
let app: InProcess
let scan: Body

const DATASETS = {
  behind: {},
  missing: {},
  newest: { initial: 'latest' },
  filtered: { snapshot_include: ['daily-*'] },
  tree: { recursive: true, exclude: ['scratch'] },
  marked: {},
  cut: {},
  young: { min_age_hours: 5 },
  offered: { auto_repair: false },
  dry: { dry_run: true },
  early: { repair_when: 'warning', max_delay_hours: 10 },
  late: { repair_when: 'warning', max_delay_hours: 10 },
  worse: { repair_when: 'broken', max_delay_hours: 10 },
  paused: { paused: true },
}

beforeAll(async () => {
  world = await World.open()
  const { zfs } = world.primary
  world.dataset('behind', 4, { onBackup: 1 })
  world.dataset('missing', 3)
  world.dataset('newest', 3)
  zfs.dataset.create('tank/filtered')
  const now = Math.floor(Date.now() / 1000)
  for (const [index, name] of ['daily-1', 'daily-2', 'daily-3', 'hourly-1', 'hourly-2', 'daily-4'].entries())
    zfs.snapshot(`tank/filtered@${name}`, { creation: now - (20 - index) * 3600, bytes: 50_000 })
  world.copy('filtered', 'daily-1')
  for (const name of ['tree', 'tree/child', 'tree/child/deep', 'tree/scratch']) world.dataset(name, 2)
  world.dataset('marked', 3, { onBackup: 1 })
  zfs.bookmark('tank/marked@s1', 'kept')
  zfs.forget('tank/marked@s1')
  world.dataset('cut', 2, { bytes: 4_000_000 })
  world.primary.misbehave({
    match: '^zfs send -v .*tank/cut@s1$',
    times: 1,
    exitAfterBytes: 2_000_000,
    message: 'Killed',
  })
  // Snapshots of 1, 2, 3, … hours ago.
  world.dataset('young', 6, { onBackup: 2 })
  for (const name of ['offered', 'dry', 'early', 'paused']) world.dataset(name, 3, { onBackup: 1 })
  for (const name of ['late', 'worse']) world.dataset(name, 3, { onBackup: 1, newestHoursAgo: 6 })
  app = await world.app(world.yaml({ datasets: DATASETS, limits: { transfers: 8 } }))
  scan = await app.scan()
})
afterAll(() => world.close())

const dataset = (name: string): Promise<Body> => app.dataset(world.id(name))

async function state(name: string): Promise<{ status: string; reason: string }> {
  const { status, reason } = await dataset(name)
  return { status, reason: reason.code }
}
const UP_TO_DATE = { status: 'HEALTHY', reason: 'UP_TO_DATE' }

/** The only repair of a dataset, with its steps. */
async function repairOf(name: string): Promise<Body> {
  const repairs = await app.repairs(world.id(name))
  expect(repairs).toHaveLength(1)
  return app.get(`/api/runs/${repairs[0].id}`)
}

/** What a repair's transfers sent and received, as typed on the SANs. */
async function streams(name: string): Promise<readonly string[]> {
  const { steps } = await repairOf(name)
  return steps
    .filter(({ kind }: Body) => kind === 'TRANSFER')
    .map(({ commands }: Body) => commands.map(({ argv }: Body) => argv.join(' ')).join(' | '))
}

async function isHealed(name: string): Promise<void> {
  const { primary, backup } = world.guids(name)
  expect(backup).toEqual(primary)
  expect(await state(name)).toEqual(UP_TO_DATE)
  expect((await repairOf(name)).state).toBe('SUCCEEDED')
}

/** What no stream may bring, in the words of the command. */
const REFUSED = '-x [a-z]+( -x [a-z]+)+'

test('three behind come over in one incremental stream', async () => {
  await isHealed('behind')
  expect(await streams('behind')).toEqual([
    expect.stringMatching(
      new RegExp(
        `^zfs send -v -P -L -c -I tank/behind@s1 tank/behind@s4 \\| zfs receive -s -u ${REFUSED} vault/behind$`,
      ),
    ),
  ])
})

test('a missing backup is seeded from the oldest snapshot, read-only, and then gets the others', async () => {
  await isHealed('missing')
  expect(await streams('missing')).toEqual([
    expect.stringMatching(
      new RegExp(
        `^zfs send -v -P -L -c tank/missing@s1 \\| zfs receive -s -u -o readonly=on -o zwitness:by=\\S+ ${REFUSED} vault/missing$`,
      ),
    ),
    // It stays read-only also where the stream says otherwise.
    expect.stringMatching(
      new RegExp(
        `^zfs send -v -P -L -c -I tank/missing@s1 tank/missing@s3 \\| zfs receive -s -u -o readonly=on ${REFUSED} vault/missing$`,
      ),
    ),
  ])
})

test('with initial: latest only the newest snapshot seeds the backup', async () => {
  const { primary, backup } = world.guids('newest')
  expect(backup).toEqual({ s3: primary.s3 ?? '' })
  expect(await state('newest')).toEqual(UP_TO_DATE)
})

test('where the filter leaves snapshots out, the stream goes in hops over them', async () => {
  const { primary, backup } = world.guids('filtered')
  expect(Object.keys(backup)).toEqual(['daily-1', 'daily-2', 'daily-3', 'daily-4'])
  expect(primary).toMatchObject(backup)
  expect((await streams('filtered')).map((line) => line.split(' | ')[0])).toEqual([
    'zfs send -v -P -L -c -I tank/filtered@daily-1 tank/filtered@daily-3',
    'zfs send -v -P -L -c -i tank/filtered@daily-3 tank/filtered@daily-4',
  ])
})

test('a base that lives on only as a bookmark is enough', async () => {
  const { primary, backup } = world.guids('marked')
  expect(backup).toMatchObject(primary)
  expect((await streams('marked')).map((line) => line.split(' | ')[0])).toEqual([
    'zfs send -v -P -L -c -i tank/marked#kept tank/marked@s2',
    'zfs send -v -P -L -c -I tank/marked@s2 tank/marked@s3',
  ])
})

test('a first receive that is cut off is resumed by the same run, before the backup has any snapshot', async () => {
  await isHealed('cut')
  const run = await repairOf('cut')
  expect(run.plan.kind).toBe('RESUME')
  const tries = run.actions.filter(({ kind }: Body) => kind === 'TRANSFER')
  expect(tries.map(({ state }: Body) => state)).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED'])
  expect(tries[1].commands[0]).toContain('-t')
  // 8 MB of data: the part that had arrived was not sent again.
  expect(run.bytes).toBeGreaterThan(7_900_000)
  expect(run.bytes).toBeLessThan(9_500_000)
})

test('a tree is healed from its root downwards; what is excluded stays away', async () => {
  const begun: string[] = []
  for (const name of ['tree', 'tree/child', 'tree/child/deep']) {
    await isHealed(name)
    begun.push((await repairOf(name)).startedAt)
  }
  expect(begun.toSorted()).toEqual(begun)
  expect(world.backup.exists('vault/tree/scratch')).toBe(false)
  expect((await app.send(`/api/datasets/${world.id('tree/scratch')}`)).status).toBe(404)
})

test('snapshots below min_age_hours are not missing yet', async () => {
  // Six, one to six hours old; two were there, and none of the others is five hours old.
  expect(Object.keys(world.guids('young').backup)).toEqual(['s1', 's2'])
  expect(await state('young')).toEqual(UP_TO_DATE)
  expect(await app.repairs(world.id('young'))).toEqual([])
})

const HELD: readonly (readonly [name: string, why: string, code: string])[] = [
  ['offered', 'auto_repair: false', 'AUTO_REPAIR_OFF'],
  ['dry', 'dry_run: true', 'DRY_RUN'],
  ['early', 'repair_when: warning while it is HEALTHY', 'BELOW_THRESHOLD'],
  ['worse', 'repair_when: broken while it is a WARNING', 'BELOW_THRESHOLD'],
  ['paused', 'paused: true', 'PAUSED'],
]
test.each(HELD)('%s: nothing is sent with %s; the plan is offered with its reason', async (name, _, code) => {
  expect(Object.keys(world.guids(name).backup)).toEqual(['s1'])
  const { plan } = await dataset(name)
  expect(plan.kind).toBe('INCREMENTAL')
  expect(plan.automatic).toMatchObject({ allowed: false, code })
  expect(scan.decisions.map(({ rule }: Body) => rule)).toContain(code)
})

test('dry_run puts the plan on record once, and refuses a person too, naming the line', async () => {
  expect(await repairOf('dry')).toMatchObject({ state: 'BLOCKED', decisions: [{ rule: 'DRY_RUN' }], bytes: 0 })
  const refused = await app.post(`/api/datasets/${world.id('dry')}/run`, { mode: 'REPAIR' })
  expect(refused).toMatchObject({ status: 409, body: { code: 'POLICY_FORBIDS' } })
  expect(refused.body.detail).toContain('app-config.yaml line 17')
})

test('with repair_when: warning a repair starts once the delay passes the warning', async () => {
  await isHealed('late')
})

test('a child that is gone on the primary is RETIRED, and its backup is kept', async () => {
  world.primary.zfs.dataset.destroy('tank/tree/child/deep')
  await app.scan()
  expect(await state('tree/child/deep')).toEqual({ status: 'HEALTHY', reason: 'RETIRED' })
  expect(Object.keys(world.backup.guids('vault/tree/child/deep'))).toEqual(['s1', 's2'])
  expect((await dataset('tree/child')).retired).toBe(false)
})

test('a new snapshot is missing from its making on, and the next look brings it over', async () => {
  world.snapshot('behind', 'new')
  await app.scan({ datasetIds: [world.id('behind')] })
  const { primary, backup } = world.guids('behind')
  expect(backup).toEqual(primary)
})
