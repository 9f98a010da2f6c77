import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import { until } from '#tests/witness/until.ts'
import type { InProcess } from './in-process.ts'
import { transferSsh } from './processes.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* What a person asks for: previews, repairs, and their end. Nothing starts by itself here. */
let world: World
let app: InProcess

const NAMES = ['shown', 'stale', 'expired', 'fine', 'twice', 'held', 'stopped', 'waits'] as const

beforeAll(async () => {
  world = await World.open()
  for (const name of NAMES) world.dataset(name, 3, { onBackup: name === 'fine' ? 3 : 1, bytes: 300_000 })
  world.dataset('big', 2, { onBackup: 1, bytes: 12_000_000 })
  const datasets = Object.fromEntries([...NAMES, 'big'].map((name) => [name, {}]))
  app = await world.app(
    world.yaml({ datasets, defaults: { primary_max_age_hours: 0 }, hosts: { back: { max_transfers: 1 } } }),
  )
  await app.scan()
})
afterAll(() => world.close())

const path = (name: string, rest = ''): string => `/api/datasets/${world.id(name)}${rest}`
const preview = async (name: string): Promise<Body> => (await app.post(path(name, '/preview'))).body
const repair = (name: string, more: object = {}) => app.post(path(name, '/run'), { mode: 'REPAIR', ...more })

/** The primary sends so slowly that a test can come in between. */
const slowly = (bytesPerSecond: number) => world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond })

test('what the preview shows is what runs, and the run names the person and the reason', async () => {
  const { planId, plan, confirm } = await preview('shown')
  expect(plan).toMatchObject({ kind: 'INCREMENTAL', destroys: [], blocked: null })
  expect(confirm).toBeNull()
  // A snapshot that came afterwards is another plan's: the target stays the one that was shown.
  world.snapshot('shown', 'afterwards')
  const { status, headers, body } = await repair('shown', { planId, reason: 'before the holidays' })
  expect(status).toBe(202)
  expect(headers.get('location')).toBe(`/api/runs/${body.id}`)
  const run = await app.ended(body.id)
  expect(run).toMatchObject({ state: 'SUCCEEDED', planId, planHash: plan.hash, reason: 'before the holidays' })
  expect(run.trigger).toMatchObject({ type: 'HTTP', role: 'ADMIN' })
  expect(Object.keys(world.guids('shown').backup)).toEqual(['s1', 's2', 's3'])
  expect(run.outcome).toStartWith('back matches prim up to @s3: 2 snapshots')
})

test('a plan whose ground has shifted is PLAN_STALE, in words; nothing was sent', async () => {
  const { planId } = await preview('stale')
  world.backup.zfs.snapshot('vault/stale@own')
  const { status, body } = await repair('stale', { planId })
  expect({ status, code: body.code }).toEqual({ status: 409, code: 'PLAN_STALE' })
  expect(body.detail).toContain('back has a snapshot that was not there when the plan was made: @own')
  expect(body.next).toMatchObject({ href: path('stale', '/preview'), method: 'POST' })
  expect(Object.keys(world.guids('stale').backup)).toEqual(['s1', 'own'])
})

test('own snapshots of the backup that changed nothing are no hindrance: they stay, the others come', async () => {
  const { reasons } = await app.dataset(world.id('stale'))
  expect(reasons.map(({ code }: Body) => code)).toContain('EXTRA_ON_BACKUP')
  const { body } = await repair('stale')
  expect((await app.ended(body.id)).state).toBe('SUCCEEDED')
  expect(Object.keys(world.guids('stale').backup)).toEqual(['s1', 'own', 's2', 's3'])
})

test('a plan is good for ten minutes; later, or unknown, it is PLAN_EXPIRED', async () => {
  const { planId } = await preview('expired')
  world.later(app, 11 * 60_000)
  expect(await repair('expired', { planId })).toMatchObject({ status: 409, body: { code: 'PLAN_EXPIRED' } })
  expect(await repair('expired', { planId: 'nobody-made-it' })).toMatchObject({
    status: 409,
    body: { code: 'PLAN_EXPIRED' },
  })
})

test('nothing to do is said as such, and is no run', async () => {
  const { planId, plan } = await preview('fine')
  expect(plan.kind).toBe('NOTHING')
  expect(await repair('fine', { planId })).toMatchObject({ status: 409, body: { code: 'NOTHING_TO_DO' } })
  expect(await app.repairs(world.id('fine'))).toEqual([])
})

test('of many who press repair at once one gets a run, the others are told which', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => repair('twice')))
  const [accepted, ...more] = answers.filter(({ status }) => status === 202)
  expect(more).toEqual([])
  const location = `/api/runs/${accepted?.body.id}`
  for (const { status, headers, body } of answers.filter((each) => each !== accepted)) {
    expect({ status, code: body.code, location: headers.get('location') }).toEqual({
      status: 409,
      code: 'ALREADY_RUNNING',
      location,
    })
  }
  expect((await app.ended(accepted?.body.id)).state).toBe('SUCCEEDED')
})

test('a paused dataset is not repaired by anybody until it is resumed', async () => {
  expect((await app.post(path('held', '/pause'), { reason: 'disks are swapped' })).status).toBe(200)
  expect(await repair('held')).toMatchObject({ status: 409, body: { code: 'PAUSED' } })
  expect((await app.dataset(world.id('held'))).paused).toMatchObject({ reason: 'disks are swapped', until: null })
  expect((await app.post(path('held', '/resume'))).status).toBe(200)
  const { body } = await repair('held')
  expect((await app.ended(body.id)).state).toBe('SUCCEEDED')
})

test('a transfer that is cancelled keeps what arrived, leaves no process, and is resumed by the next repair', async () => {
  slowly(3_000_000)
  const { body } = await repair('big')
  await app.transferring(world.id('big'), 3_000_000)
  expect((await app.post(`/api/runs/${body.id}/cancel`)).status).toBe(202)
  const run = await app.ended(body.id)
  expect(run.state).toBe('CANCELLED')
  expect(run.outcome).toMatch(/^Cancelled by local\. [\d.]+ MiB kept, resumable\.$/)
  await until('nothing of it is left', 10, () => transfersLeft() === 0)

  world.primary.misbehave()
  const plan = (await preview('big')).plan
  expect(plan.kind).toBe('RESUME')
  const next = await app.ended((await repair('big')).body.id)
  expect(next.state).toBe('SUCCEEDED')
  expect(next.bytes).toBeLessThan(9_500_000)
  const { primary, backup } = world.guids('big')
  expect(backup).toEqual(primary)
  expect(world.backup.zfs.content('vault/big@s2')).toEqual(world.primary.zfs.content('tank/big@s2'))
})

test('a repair that still waits can be cancelled, and nothing was changed', async () => {
  slowly(200_000)
  const first = await repair('stopped')
  const second = await repair('waits')
  expect(second.body.state).toBe('QUEUED')
  expect((await app.dataset(world.id('waits'))).queuePosition).toBe(1)
  expect((await app.post(`/api/runs/${second.body.id}/cancel`)).status).toBe(202)
  expect(await app.ended(second.body.id)).toMatchObject({
    state: 'CANCELLED',
    outcome: 'Cancelled by local before it began; nothing was changed.',
  })
  world.primary.misbehave()
  await app.post(`/api/runs/${first.body.id}/cancel`)
  await app.ended(first.body.id)
  expect(await app.post(`/api/runs/${first.body.id}/cancel`)).toMatchObject({
    status: 409,
    body: { code: 'NOT_RUNNING' },
  })
  expect(Object.keys(world.guids('waits').backup)).toEqual(['s1'])
})

test('what is not there is 404', async () => {
  expect(await app.post('/api/datasets/nobody/run', {})).toMatchObject({
    status: 404,
    body: { code: 'NO_SUCH_DATASET' },
  })
  expect(await app.post('/api/runs/999/cancel')).toMatchObject({ status: 404, body: { code: 'NO_SUCH_RUN' } })
})

/** Sends, receives, and our own ssh to them. */
function transfersLeft(): number {
  const { data } = app.home
  const ours = [...transferSsh(data, 'send'), ...transferSsh(data, 'receive')]
  return world.primary.transfers('send').length + world.backup.transfers('receive').length + ours.length
}
