import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { Service } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { killOnly, transferSsh, withCommand } from './processes.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * The service as a process of its own, struck in the middle of a transfer of 12 MB. Whatever strikes it: what had arrived
 * is not sent again, nothing of ours is left running on either side, and the two sides end equal.
 */
const MB = 1_000_000
const TOTAL = 12 * MB
let world: World
let witness: Service
let snapshots = 0
const NAME = 'data'

beforeAll(async () => {
  world = await World.open()
  world.dataset(NAME, 1, { onBackup: 1 })
  witness = world.service(world.yaml({ datasets: { [NAME]: {} } }))
  await witness.start()
  await witness.status(world.id(NAME), 'HEALTHY')
})
afterAll(() => world.close())

/** Half of it at once; the other half would take a minute, which is time to strike also for a busy machine. */
const slowHalf = () =>
  world.primary.misbehave({ match: '^zfs send -v', throttleAfterBytes: TOTAL / 2, bytesPerSecond: MB / 10 })

/** A repair of a fresh snapshot, once a third of it is over. */
async function underWay(): Promise<Body> {
  slowHalf()
  world.snapshot(NAME, `big${++snapshots}`, { bytes: TOTAL })
  await witness.post('/api/run')
  const run = await witness.transferring(world.id(NAME), TOTAL / 3)
  // Only what is sent from now on: what goes on later need not be slow.
  world.primary.misbehave()
  return run
}

/** Until every repair has ended and both sides are equal, by the simulator's own account. */
async function healed(): Promise<void> {
  await until(
    'both sides hold the same',
    60,
    () => {
      const { primary, backup } = world.guids(NAME)
      return Bun.deepEquals(backup, primary)
    },
    () => JSON.stringify(world.guids(NAME)),
  )
  await witness.idle()
  await witness.status(world.id(NAME), 'HEALTHY')
  const newest = `${NAME}@big${snapshots}`
  expect(world.backup.zfs.content(`vault/${newest}`)).toEqual(world.primary.zfs.content(`tank/${newest}`))
}

/** Sends and receives on the SANs, and ssh processes of ours here that carry them. */
function transfersLeft(): readonly string[] {
  const { data } = witness.home
  return [
    ...world.primary.transfers('send'),
    ...world.backup.transfers('receive'),
    ...transferSsh(data, 'send'),
    ...transferSsh(data, 'receive'),
  ].map(({ command }) => command)
}

/** Everything that the witness ever started: its ssh, its control connections, and the shells of its logins. */
function anythingLeft(): readonly string[] {
  const here = withCommand(witness.home.data)
  return [...here, ...world.primary.processes(), ...world.backup.processes()].map(({ command }) => command)
}

async function nothingLeft(left: () => readonly string[]): Promise<void> {
  await until(
    'nothing of ours is left',
    20,
    () => left().length === 0,
    () => left().join('\n'),
  )
}

/**
 * Bytes of the transfer that a run ended with. A stream from the start is longer than its content; how much of the first
 * third had got as far as the backup's disk is a matter of the machine, not of the witness.
 */
function sentAtLast(run: Body): number {
  return run.actions.findLast(({ kind }: Body) => kind === 'TRANSFER').bytes
}

for (const [side, leg] of [
  ['back', 'receive'],
  ['prim', 'send'],
] as const) {
  test(`the ssh to ${side} killed half-way: the same run goes on from where it was`, async () => {
    const { id } = await underWay()
    killOnly(transferSsh(witness.home.data, leg))
    const run = await witness.ended(id)
    expect(run.state).toBe('SUCCEEDED')
    expect(run.plan.kind).toBe('RESUME')
    expect(run.actions.map(({ state }: Body) => state)).toContain('FAILED')
    expect(sentAtLast(run)).toBeLessThan(TOTAL)
    await healed()
    expect(transfersLeft()).toEqual([])
  })
}

test('SIGKILL of the service: the run is INTERRUPTED, its processes end by themselves, and a start resumes it', async () => {
  const { id } = await underWay()
  await witness.kill()
  await nothingLeft(anythingLeft)
  await witness.start()
  await healed()
  expect(await witness.get(`/api/runs/${id}`)).toMatchObject({ state: 'INTERRUPTED' })
  const [after] = await witness.repairs(world.id(NAME))
  expect(after.state).toBe('SUCCEEDED')
  expect((await witness.get(`/api/runs/${after.id}`)).plan.kind).toBe('RESUME')
  expect(after.bytes).toBeLessThan(TOTAL)
})

test('SIGTERM: it ends with 0, leaves nothing running, and the next start resumes', async () => {
  const { id } = await underWay()
  expect(await witness.stop()).toBe(0)
  await nothingLeft(anythingLeft)
  await witness.start()
  await healed()
  const run = await witness.get(`/api/runs/${id}`)
  expect(run.state).toBe('INTERRUPTED')
  expect(run.outcome).toStartWith('The service was stopped during this run.')
  const [after] = await witness.repairs(world.id(NAME))
  expect(after.bytes).toBeLessThan(TOTAL)
})

test('SIGTERM with nothing under way ends with 0 at once; another start has the history', async () => {
  const before = (await witness.repairs(world.id(NAME))).map(({ id, state }) => ({ id, state }))
  expect(await witness.stop()).toBe(0)
  await nothingLeft(anythingLeft)
  await witness.start()
  expect((await witness.repairs(world.id(NAME))).map(({ id, state }) => ({ id, state }))).toEqual(before)
})

test('the receive dies on the backup: what it had saved is used', async () => {
  const { id } = await underWay()
  killOnly(world.backup.transfers('receive'))
  const run = await witness.ended(id)
  expect(run.state).toBe('SUCCEEDED')
  expect(sentAtLast(run)).toBeLessThan(TOTAL)
  await healed()
})

test('the sshd of the backup goes away in the middle and comes back: healed without a person', async () => {
  const { id } = await underWay()
  await world.backup.stop()
  await until('the witness has noticed', 60, () => transferSsh(witness.home.data, 'receive').length === 0)
  await world.backup.start()
  const run = await witness.ended(id)
  expect(run.state).toBe('SUCCEEDED')
  await healed()
  expect(transfersLeft()).toEqual([])
})
