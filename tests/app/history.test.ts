import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { Home } from '#tests/witness/home.ts'
import { until } from '#tests/witness/until.ts'
import type { InProcess } from './in-process.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * One true story, as it is told afterwards: a dataset falls behind and is repaired by a run, its backup host goes away and
 * comes back, and for a while there is no witness.
 */
let world: World
let home: Home
let app: InProcess
let id = ''
let runId = ''
const HOUR = 3600_000

beforeAll(async () => {
  world = await World.open()
  world.dataset('a', 4, { onBackup: 4, newestHoursAgo: 1 })
  id = world.id('a')
  home = world.home(
    world.yaml({
      datasets: { a: { auto_repair: false, max_delay_hours: 10, warn_delay_hours: 8 } },
      scheduler: { interval_minutes: 60 },
    }),
  )
  app = await world.app(home)
  await app.scan()
  world.snapshot('a', 'late')
  world.later(app, 12 * HOUR)
  await app.scan()
  runId = (await app.post(`/api/datasets/${id}/run`, { mode: 'REPAIR' })).body.id
  expect((await app.ended(runId)).state).toBe('SUCCEEDED')
  await app.idle()
  await world.backup.stop()
  await app.scan()
  await world.backup.start()
  await app.scan()
})
afterAll(() => world.close())

/** Once what was heard is on record: it is written behind the check. */
async function told(path: string, many: number): Promise<readonly Body[]> {
  let items: readonly Body[] = []
  const isThere = async () => {
    items = (await app.get(path)).items
    return items.length >= many
  }
  await until(`${path} has ${many}`, 10, isThere, () => JSON.stringify(items, null, 1))
  return items
}

const line = ({ from, to, ended }: Body): string =>
  `${from?.reason ?? '-'} → ${to.status} ${to.reason ?? ''} ${ended?.by ?? 'now'} ${ended?.runId ?? ''}`.trim()

test('the dataset broke, was repaired by that run, was not known while its host was away, and is well', async () => {
  const items = await told(`/api/datasets/${id}/history`, 6)
  expect(items.filter(({ subject }) => subject === 'DATASET').map(line)).toEqual([
    'HOST_UNREACHABLE → HEALTHY UP_TO_DATE now',
    'UP_TO_DATE → UNKNOWN HOST_UNREACHABLE ITSELF',
    'LAG_CRITICAL → HEALTHY UP_TO_DATE ITSELF',
    `UP_TO_DATE → BROKEN LAG_CRITICAL RUN ${runId}`,
    '- → HEALTHY UP_TO_DATE ITSELF',
  ])
  const broken = items.find(({ to }) => to.status === 'BROKEN')
  expect(broken?.ended.words).toBe(
    `repair #${runId}, started by ${(await app.get(`/api/runs/${runId}`)).trigger.actor}`,
  )
  expect(broken?.links.run).toBe(`/api/runs/${runId}`)
  expect(broken?.evidence).not.toEqual({})
})

test('the host went away and came back, its pool did not change', async () => {
  const items = await told(`/api/history?host=${world.backup.name}&subject=HOST,POOL`, 4)
  expect(items.map(line)).toEqual([
    'refused → REACHABLE  now',
    expect.stringMatching(/^- → UNREACHABLE \w+ ITSELF$/),
    expect.stringMatching(/^- → ONLINE {2}now$/),
    expect.stringMatching(/^- → REACHABLE {2}ITSELF$/),
  ])
})

test('twelve hours without a look are said, in every list and with the dataset', async () => {
  const [gap] = (await told('/api/history?subject=WITNESS', 1)) ?? []
  expect(gap).toMatchObject({ to: { status: 'NOT_LOOKING' }, watched: true })
  expect(gap?.durationSeconds).toBeGreaterThan(11 * 3600)
  expect(gap?.message).toContain('Nobody looked at any dataset from ')
  const { gaps } = await app.get(`/api/datasets/${id}/history`)
  expect(gaps).toHaveLength(1)
  expect(Date.parse(gaps[0].to) - Date.parse(gaps[0].from)).toBeGreaterThan(11 * HOUR)
})

test('the report: protected, repaired by that run, and what nobody replicates is counted when someone asks', async () => {
  const before = await app.get('/api/report')
  expect(before.uncovered).toBe('What the primaries hold that nobody replicates has not been counted yet.')
  world.dataset('forgotten', 1, { bytes: 5_000_000 })
  const { status, body } = await app.post('/api/functions/count-uncovered')
  expect([status, body.output.items]).toEqual([
    200,
    [{ host: world.primary.name, at: expect.any(String), datasets: 3, count: 1, error: null }],
  ])
  const report = await app.get('/api/report')
  expect(report.headline).toBe('The one dataset protected')
  expect(report.primaries).toMatchObject([{ host: 'prim', uncovered: 1, names: ['tank/forgotten'] }])
  expect(report.items).toMatchObject([{ datasetId: id, protection: 'PROTECTED', lastRepair: { runId }, moved: [] }])
  const [month] = report.items
    .map(({ thisMonth, lastMonth }: Body) => [thisMonth, lastMonth].filter((each) => each !== null))
    .at(0)
  expect(month.unknownSeconds).toBeGreaterThan(0)
  const csv = await (await app.send('/report.csv')).text()
  expect(csv.split('\r\n')[1]).toStartWith(`${id},PROTECTED,HEALTHY,UP_TO_DATE,false,prim:tank/a,back:vault/a,`)
  const { items, maxDelaySeconds } = await app.get(`/api/datasets/${id}/objective?months=2`)
  expect([items.length > 0, maxDelaySeconds]).toEqual([true, 36_000])
})

test('what cannot be listed keeps the count of before, and says so', async () => {
  world.primary.misbehave({ match: '^zfs list .*usedbydataset', fail: 'internal error: out of memory', exitCode: 1 })
  const { body } = await app.post('/api/functions/count-uncovered')
  expect(body.output.items).toMatchObject([{ at: null, count: null, error: expect.stringContaining('out of memory') }])
  expect((await app.get('/api/report')).primaries).toMatchObject([{ uncovered: 1, names: ['tank/forgotten'] }])
})

test('how it stood at a moment, when nothing changed then', async () => {
  const [, unreachable] = await told(`/api/datasets/${id}/history`, 6)
  const from = new Date(Date.parse(unreachable?.at) - 1000).toISOString()
  const { items, inForce } = await app.get(`/api/datasets/${id}/history?from=${from}&to=${unreachable?.at}`)
  expect([items.length, inForce?.to.status]).toEqual([0, 'HEALTHY'])
})

test('a restart writes nothing twice, and what changed meanwhile is seen at the next look', async () => {
  const before = await told(`/api/datasets/${id}/history`, 6)
  const ofDataset = (items: readonly Body[]) => items.filter(({ subject }) => subject === 'DATASET')
  await app.close()
  app = await world.app(home)
  // A witness begins by the real clock; the SANs are where they were.
  app.later(12 * HOUR)
  await app.scan()
  await app.close()
  app = await world.app(home)
  const same = await told(`/api/datasets/${id}/history`, before.length)
  expect(ofDataset(same)).toHaveLength(ofDataset(before).length)
  world.snapshot('a', 'later')
  app.later(12 * HOUR)
  world.later(app, 12 * HOUR)
  await app.scan()
  const [newest] = ofDataset(await told(`/api/datasets/${id}/history`, before.length + 2))
  expect(newest).toMatchObject({ to: { reason: 'LAG_CRITICAL' }, from: { reason: 'UP_TO_DATE' }, ended: null })
})
