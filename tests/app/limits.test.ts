import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import { World } from './world.ts'

setDefaultTimeout(60_000)

const MINUTE = 60_000

let world: World
beforeAll(async () => {
  world = await World.open()
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
    most = Math.max(most, world.backup.transfers('receive').length)
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

test('after a failure the next try waits, longer each time; after two alike that time cannot cure it stops and says so', async () => {
  world.dataset('refused', 2, { onBackup: 1 })
  const app = await world.app(world.yaml({ datasets: { refused: {} } }))
  const id = world.id('refused')
  const codeNow = async () => (await app.dataset(id)).plan.automatic.code
  const refuse = () =>
    world.backup.misbehave({ match: '^zfs receive', fail: 'cannot receive incremental stream: permission denied' })

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
  world.later(app, 24 * 60 * MINUTE)
  refuse()
  await app.scan()
  expect(await codeNow()).toBe('REPAIR_FAILING')
  expect(await app.repairs(id)).toHaveLength(2)
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
  const [run] = await app.repairs(world.id('large'))
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
  const ends = await Promise.all(['filling', 'crowded'].map(async (name) => (await app.repairs(world.id(name)))[0]))
  expect(ends.map(({ state }) => state).toSorted()).toEqual(['BLOCKED', 'SUCCEEDED'])
  expect(ends.find(({ state }) => state === 'BLOCKED').outcome).toContain('booked by other repairs')
})

function freeBytes(): number {
  const { directory } = world.backup.zfs
  const { stdout } = Bun.spawnSync(
    [process.execPath, `${world.directory}/simulator.js`, 'zpool', 'list', '-Hpo', 'free', 'vault'],
    { env: { ...process.env, ZWITNESS_SIM_DIR: directory } },
  )
  return Number(stdout.toString())
}
