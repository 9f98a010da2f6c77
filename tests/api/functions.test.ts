import { beforeEach, describe, expect, test } from 'bun:test'
import { Refusal } from '#lib/engine/refusal.ts'
import { SCHEDULER_ACTOR } from '#lib/runtime/actor.ts'
import { type Fake, fakeServices } from './fake-services.ts'

const ID = 'hq10-7.L1S4DAT1'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const invoke = async (name: string, body?: unknown) => (await fake.admin('POST', `/api/functions/${name}`, body)).json()
const tick = (name: string) => fake.runtime.invoke({ name, trigger: 'schedule', actor: SCHEDULER_ACTOR })

test('scan waits for the end of the scan', async () => {
  expect(await invoke('scan')).toEqual({
    name: 'scan',
    output: { end: 'ENDED', runId: '8', state: 'SUCCEEDED', outcome: 'Done.' },
  })
  expect(fake.engine.calls).toMatchObject([{ verb: 'scan', input: { scope: { kind: 'all' }, enqueue: true } }])
})

test('check looks and starts nothing', async () => {
  await invoke('check', { dataset: ID })
  const scope = { kind: 'datasets', ids: [ID] }
  expect(fake.engine.calls).toMatchObject([
    { verb: 'scan', input: { scope, enqueue: false, trigger: { actor: 'local' } } },
  ])
})

describe('a scan in the way', () => {
  beforeEach(() => {
    fake.engine.refuse = new Refusal('ALREADY_RUNNING', 'Run 5 is under way.', { runId: 5 })
  })
  test('is told to a person', async () => {
    expect(await invoke('scan')).toMatchObject({ status: 409, code: 'ALREADY_RUNNING', runId: '5' })
  })
  test('lets the schedule pass', async () => {
    const outcome = await tick('scan')
    expect(outcome).toMatchObject({ state: 'SUCCEEDED', output: { end: 'ALREADY_RUNNING', runId: '5' } })
  })
})

describe('repair', () => {
  test('answers with the run at once', async () => {
    expect(await invoke('repair', { dataset: ID, planId: 'p-1', reason: 'swap' })).toEqual({
      name: 'repair',
      output: { runId: '9', state: 'QUEUED' },
    })
    expect(fake.engine.calls).toMatchObject([
      { verb: 'repair', input: { datasetId: ID, planId: 'p-1', reason: 'swap' } },
    ])
  })
  test('is refused as the route is', async () => {
    fake.engine.refuse = new Refusal('PLAN_STALE', 'Changed.', { datasetId: ID })
    expect(await invoke('repair', { dataset: ID })).toMatchObject({ status: 409, code: 'PLAN_STALE' })
    expect(await invoke('repair', { dataset: 'x' })).toMatchObject({ status: 404, code: 'NO_SUCH_DATASET' })
  })
})

test('prune-history tells what it deleted', async () => {
  expect(await invoke('prune-history')).toMatchObject({ output: { runs: 1, logs: 2, lag: 3, invocations: 4 } })
})

test('count-uncovered says what each primary holds that nobody replicates, and which could not be read', async () => {
  const { output } = await invoke('count-uncovered')
  expect(output).toEqual({
    held: null,
    items: [
      { host: 'hqs8', at: null, datasets: null, count: null, error: 'hqs8 does not answer.' },
      { host: 'hqs10', at: expect.any(String), datasets: 12, count: 2, error: null },
    ],
  })
})

test('what goes by a schedule, and nothing else', () => {
  const scheduled = fake.runtime.tree.functions.filter(({ definition }) => definition.schedule !== undefined)
  expect(scheduled.map(({ name }) => name)).toEqual([
    ...['back-up', 'check-audit', 'count-objective', 'count-uncovered', 'prune-history', 'scan', 'verify'],
  ])
})
