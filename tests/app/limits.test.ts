import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { Body } from '#tests/witness/client.ts'
import type { InProcess } from './in-process.ts'
import { simulatorBin } from './san.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

const MINUTE = 60_000

let world: World
let stalled: InProcess

beforeAll(async () => {
  world = await World.open()
  // A minute is the shortest that can be configured: this one waits while the others are at work.
  world.dataset('stuck', 2, { onBackup: 1, bytes: 3_000_000 })
  world.primary.misbehave({ match: '^zfs send -v .*tank/stuck', stallAfterBytes: 1_000_000 })
  stalled = await world.app(world.yaml({ datasets: { stuck: {} }, limits: { stall_minutes: 1 } }))
  await stalled.post('/api/run')
  await stalled.transferring(world.id('stuck'), 900_000)
  world.primary.misbehave()
})
afterAll(() => world.close())

test('a host never receives more at once than max_transfers, and all get their turn', async () => {
  const names = ['one', 'two', 'three', 'four', 'five']
  for (const name of names) world.dataset(name, 2, { onBackup: 1, bytes: 1_000_000 })
  world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 1_000_000 })
  const datasets = Object.fromEntries(names.map((name) => [name, {}]))
  const app = await world.app(
    world.yaml({
      datasets,
      limits: { transfers: 4 },
      hosts: { prim: { max_transfers: 4 }, back: { max_transfers: 2 } },
    }),
  )
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, world.backup.transfers('receive').filter(({ command }) => !command.endsWith('/stuck')).length)
  }, 100)
  await app.scan()
  clearInterval(watch)
  world.primary.misbehave()
  expect(most).toBe(2)
  for (const name of names) {
    const { primary, backup } = world.guids(name)
    expect(backup).toEqual(primary)
  }
})

test('after a failure the next try waits, longer each time; after two alike that time cannot cure it says so, and tries once a day', async () => {
  world.dataset('refused', 2, { onBackup: 1 })
  const app = await world.app(world.yaml({ datasets: { refused: {} } }))
  const id = world.id('refused')
  const codeNow = async () => (await app.dataset(id)).plan.automatic.code
  const refuse = () =>
    world.backup.misbehave({
      match: '^zfs receive .*refused',
      fail: 'cannot receive incremental stream: permission denied',
    })

  refuse()
  await app.scan()
  const [first] = await app.repairs(id)
  expect(first).toMatchObject({ state: 'FAILED', error: { kind: 'permission-denied', host: 'back', retryable: false } })
  await app.scan()
  expect(await codeNow()).toBe('BACKING_OFF')
  expect(await app.repairs(id)).toHaveLength(1)

  // Five minutes, up to a fifth more or less.
  world.later(app, 6.5 * MINUTE)
  refuse()
  await app.scan()
  expect(await app.repairs(id)).toHaveLength(2)
  world.later(app, 12 * 60 * MINUTE)
  refuse()
  await app.scan()
  expect(await codeNow()).toBe('REPAIR_FAILING')
  expect(await app.repairs(id)).toHaveLength(2)
  // One slow try a day, up to a tenth earlier or later.
  world.later(app, 16 * 60 * MINUTE)
  refuse()
  await app.scan()
  expect(await app.repairs(id)).toHaveLength(3)
  await app.scan()
  expect(await codeNow()).toBe('REPAIR_FAILING')
  expect(await app.repairs(id)).toHaveLength(3)
  const { reasons } = await app.dataset(id)
  expect(reasons.map(({ code }: Body) => code)).toContain('REPAIR_FAILING')

  // Whoever has given the right back runs it by hand, and then it goes on by itself.
  world.backup.misbehave()
  const { body } = await app.post(`/api/datasets/${id}/run`, { mode: 'REPAIR' })
  expect((await app.ended(body.id)).state).toBe('SUCCEEDED')
  world.snapshot('refused', 'later')
  await app.scan()
  const { primary, backup } = world.guids('refused')
  expect(backup).toEqual(primary)
})

test('a repair that would leave less than keep_free is held, and says how much is needed', async () => {
  world.dataset('large', 1, { bytes: 1_000_000_000 })
  const app = await world.app(world.yaml({ datasets: { large: { keep_free: '99500MB' } } }))
  await app.scan()
  await app.scan()
  // Held by the scan itself, with its reason: no row of held runs grows with every interval.
  expect(await app.repairs(world.id('large'))).toEqual([])
  const held = await app.dataset(world.id('large'))
  expect(held.reasons.map(({ code }: Body) => code)).toContain('LOW_SPACE')
  const { body } = await app.post(`/api/datasets/${world.id('large')}/run`, { mode: 'REPAIR' })
  const run = await app.ended(body.id)
  expect(run).toMatchObject({ state: 'BLOCKED', decisions: [{ rule: 'LOW_SPACE' }] })
  expect(run.outcome).toMatch(
    /The repair needs about [\d.]+ GiB\. The target pool has [\d.]+ GiB free; [\d.]+ GiB must stay free\./,
  )
  expect(world.backup.exists('vault/large')).toBe(false)
})

test('what a running repair is about to fill is booked: another does not count on it', async () => {
  world.dataset('filling', 1, { bytes: 20_000_000 })
  world.dataset('crowded', 1, { bytes: 20_000_000 })
  const free = freeBytes()
  world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 6_000_000 })
  const keep_free = `${Math.round((free - 30_000_000) / 1000)}KB`
  const app = await world.app(world.yaml({ datasets: { filling: { keep_free }, crowded: { keep_free } } }))
  await app.scan()
  world.primary.misbehave()
  const [one, other] = await Promise.all(['filling', 'crowded'].map((name) => app.repairs(world.id(name))))
  // One runs; the other is not even queued, because what the first one booked is not free.
  expect([one?.length, other?.length].toSorted()).toEqual([0, 1])
  expect([...(one ?? []), ...(other ?? [])][0]?.state).toBe('SUCCEEDED')
  const { items } = await app.get('/api/runs?kind=SCAN&limit=1')
  const decisions = (await app.get(`/api/runs/${items[0].id}`)).decisions
  expect(decisions.find(({ rule }: Body) => rule === 'SPACE').message).toContain('booked by other repairs')
})

test('a transfer in which no byte moves for stall_minutes is ended, and goes on from what had arrived', async () => {
  const [{ id }] = await stalled.repairs(world.id('stuck'))
  const run = await stalled.ended(id)
  expect(run.state).toBe('SUCCEEDED')
  const [first, next] = (await stalled.get(`/api/runs/${id}`)).actions.filter(({ kind }: Body) => kind === 'TRANSFER')
  expect(first).toMatchObject({ state: 'FAILED', detail: { fault: 'stalled' } })
  expect(first.error).toStartWith('No byte has moved for 1 min')
  expect(next.commands[0]).toContain('-t')
  const { primary, backup } = world.guids('stuck')
  expect(backup).toEqual(primary)
})

function freeBytes(): number {
  const { directory } = world.backup.zfs
  const { stdout } = Bun.spawnSync([join(simulatorBin(world.directory), 'zfs'), 'list', '-Hpo', 'available', 'vault'], {
    env: { ...process.env, ZWITNESS_SIM_DIR: directory },
  })
  return Number(stdout.toString())
}
