import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { InProcess } from './in-process.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* What a look costs the SANs: counted there, by what sshd was asked to run. */
let world: World
let app: InProcess

const NAMES = ['one', 'two', 'three']

beforeAll(async () => {
  world = await World.open()
  for (const name of NAMES) world.dataset(name, 3, { onBackup: 3 })
  const datasets = Object.fromEntries(NAMES.map((name) => [name, {}]))
  app = await world.app(world.yaml({ datasets, defaults: { primary_max_age_hours: 0 } }))
  // Listings of datasets that have just been made are not kept: their change could still be of this second.
  world.later(app, 10_000)
  await app.scan()
})
afterAll(() => world.close())

/** What one look made each host do. */
async function looking(): Promise<{ sessions: readonly number[]; listed: readonly (readonly string[])[] }> {
  for (const san of world.sans) san.forgetCalls()
  await app.scan()
  return {
    sessions: world.sans.map((san) => san.calls('session').length),
    listed: world.sans.map((san) =>
      san.calls('zfs list -Hp -t snapshot').map((line) => line.replace(/.* -o \S+ /, '')),
    ),
  }
}

test('with nothing changed: one ssh command for each host, over the connection that is open, and no snapshot listed', async () => {
  for (let turn = 0; turn < 2; turn++) {
    expect(await looking()).toEqual({ sessions: [1, 1], listed: [[], []] })
    expect(world.primary.calls('zfs')).toHaveLength(1)
  }
})

test('with one new snapshot only its dataset is listed, on its host; until three seconds later also again', async () => {
  // Ahead of the SAN's clock, by less than would be said: three seconds later come only when we say so.
  world.snapshot('two', 's4', { hoursAgo: -65 / 3600 })
  expect(await looking()).toEqual({ sessions: [2, 1], listed: [['tank/two'], []] })
  // Another snapshot of the same second would not move snapshots_changed: this listing may not be trusted yet.
  expect((await looking()).listed).toEqual([['tank/two'], []])
  world.later(app, 80_000)
  expect((await looking()).listed).toEqual([['tank/two'], []])
  expect(await looking()).toEqual({ sessions: [1, 1], listed: [[], []] })
})

test('what was listed once still holds: the missing snapshot is known without another listing', async () => {
  const { behind, reason } = await app.dataset(world.id('two'))
  expect({ snapshots: behind.snapshots, code: reason.code }).toEqual({ snapshots: 1, code: 'WITHIN_POLICY' })
})

test('a preview reads both sides in full, whatever is remembered', async () => {
  for (const san of world.sans) san.forgetCalls()
  await app.post(`/api/datasets/${world.id('one')}/preview`)
  for (const san of world.sans) expect(san.calls('zfs list -Hp -t snapshot')).toHaveLength(1)
})

test('a snapshot that was destroyed is noticed like one that was taken', async () => {
  world.primary.zfs.forget('tank/three@s1')
  expect((await looking()).listed).toEqual([['tank/three'], []])
})
