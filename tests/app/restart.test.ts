import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import { EventStream } from '#tests/witness/event-stream.ts'
import type { Service } from '#tests/witness/service.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* What watchers are told while it happens, and what is still known after the process that did it is gone. */
let world: World
let witness: Service
const NAME = 'watched'

beforeAll(async () => {
  world = await World.open()
  world.dataset(NAME, 2, { onBackup: 1, bytes: 5_000_000 })
  world.dataset('asleep', 2, { onBackup: 1 })
  witness = world.service(world.yaml({ datasets: { [NAME]: {}, asleep: {} }, defaults: { primary_max_age_hours: 0 } }))
  await witness.start()
  await witness.status(world.id(NAME), 'HEALTHY')
  await witness.idle()
})
afterAll(() => world.close())

const stream = (headers = {}) => new EventStream(`${witness.url}/api/events`, headers)

test('two watchers are told everything of a repair as it happens, both the same', async () => {
  const watchers = [stream(), stream()]
  for (const each of watchers) expect((await each.next('hello')).role).toBe('ADMIN')
  world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 2_000_000 })
  const { body } = await witness.post(`/api/datasets/${world.id(NAME)}/run`, { mode: 'REPAIR' })
  await witness.ended(body.id)
  world.primary.misbehave()
  for (const each of watchers) {
    await each.next('run', ({ id, state }) => id === body.id && state === 'SUCCEEDED')
    const runs = each.of('run').filter(({ id }: Body) => id === body.id)
    expect(runs[0].state).toBe('QUEUED')
    expect(runs.some(({ state }: Body) => state === 'RUNNING')).toBe(true)
    const progress = each.of('progress').filter(({ runId }: Body) => runId === body.id)
    expect(progress.length).toBeGreaterThan(0)
    expect(progress.at(-1).bytesDone).toBeGreaterThan(0)
    await each.next('dataset', ({ id, status }) => id === world.id(NAME) && status === 'REPAIRING')
    await each.next('dataset', ({ id, reason }) => id === world.id(NAME) && reason.code === 'UP_TO_DATE')
    await each.next('status', ({ counts }) => counts.HEALTHY === 2)
  }
  await Promise.all(watchers.map((each) => each.close()))
})

test('who comes back with the last id is told what happened meanwhile', async () => {
  const before = stream()
  await before.next('hello')
  const { id } = before.events[0] ?? {}
  await before.close()
  await witness.post(`/api/datasets/${world.id('asleep')}/pause`, { reason: 'nobody was watching' })
  const after = stream({ 'last-event-id': id ?? '' })
  await after.next('dataset', (data) => data.paused?.reason === 'nobody was watching')
  expect(after.of('resync')).toEqual([])
  await after.close()
})

test('a stop says bye to the watchers and ends them', async () => {
  const watcher = stream()
  await watcher.next('hello')
  expect(await witness.stop()).toBe(0)
  await watcher.next('bye')
  await watcher.close()
})

test('after a restart states, runs, pauses and logs are those of before; a watcher of before is told to read anew', async () => {
  await witness.start()
  const { items: datasets } = await witness.get('/api/datasets')
  expect(datasets.map(({ id, status }: Body) => [id, status]).toSorted()).toEqual([
    [world.id('asleep'), 'HEALTHY'],
    [world.id(NAME), 'HEALTHY'],
  ])
  expect(datasets.find(({ id }: Body) => id === world.id('asleep')).paused.reason).toBe('nobody was watching')
  const [run] = await witness.repairs(world.id(NAME))
  expect(run).toMatchObject({ state: 'SUCCEEDED', trigger: { type: 'HTTP' } })
  const { steps, actions } = await witness.get(`/api/runs/${run.id}`)
  expect(steps.length).toBeGreaterThan(0)
  expect(actions.length).toBeGreaterThan(0)
  expect((await witness.get(`/api/runs/${run.id}/log`)).items.length).toBeGreaterThan(0)
  const watcher = stream({ 'last-event-id': 'of-another-process-7' })
  await watcher.next('resync')
  await watcher.close()
})

test('a run of a process that was killed is INTERRUPTED; with auto_repair off it is offered and not tried again unasked', async () => {
  world.snapshot(NAME, 'big', { bytes: 8_000_000 })
  world.primary.misbehave({ match: '^zfs send -v', bytesPerSecond: 1_000_000 })
  const { body } = await witness.post(`/api/datasets/${world.id(NAME)}/run`, { mode: 'REPAIR' })
  await witness.transferring(world.id(NAME), 1)
  await witness.kill()
  world.primary.misbehave()
  await witness.start()
  const run = await witness.get(`/api/runs/${body.id}`)
  expect(run.state).toBe('INTERRUPTED')
  expect(run.outcome).toContain('the next look finds out how far it came')
  await witness.idle()
  expect((await witness.repairs(world.id(NAME)))[0].id).toBe(body.id)
  const detail = await witness.get(`/api/datasets/${world.id(NAME)}`)
  expect(detail.plan.automatic.code).toBe('AUTO_REPAIR_OFF')
})
