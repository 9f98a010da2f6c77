import { beforeEach, describe, expect, test } from 'bun:test'
import type { MaintenanceRecord } from '#lib/db/types.ts'
import { Refusal } from '#lib/engine/refusal.ts'
import { SCHEDULER_ACTOR } from '#lib/runtime/actor.ts'
import { NOW } from './fake-config.ts'
import { type Fake, fakeServices } from './fake-services.ts'

const ID = 'hq10-7.L1S4DAT1'
const PAIR = 'HQS8 → HQS1'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const json = async (path: string) => (await fake.admin('GET', path)).json()
const post = (body: unknown) => fake.admin('POST', '/api/maintenance', body)
const until = (iso: string) => Date.parse(iso)

// Sunday, 15:32 in Vienna.
test.each<[object, Partial<MaintenanceRecord>]>([
  [
    { kind: 'PAUSE', scope: { hosts: ['hqs7'] }, until: '06:00', reason: 'disk swap' },
    {
      kind: 'pause',
      scope: { kind: 'hosts', hosts: ['hqs7'] },
      from: NOW,
      until: until('2026-11-23T05:00:00Z'),
      reason: 'disk swap',
    },
  ],
  [
    { kind: 'ACK', scope: { pair: PAIR }, seconds: 60 },
    { kind: 'ack', scope: { kind: 'pair', pair: PAIR }, until: NOW + 60_000, reason: null },
  ],
  // The next 06:00 after the begin.
  [
    { kind: 'PAUSE', scope: { datasets: [ID] }, from: 'Sat 20:00', until: '06:00' },
    {
      scope: { kind: 'datasets', ids: [ID] },
      from: until('2026-11-28T19:00:00Z'),
      until: until('2026-11-29T05:00:00Z'),
    },
  ],
  [
    { kind: 'PAUSE', scope: { all: true }, from: '2026-12-05 06:00', seconds: 3600 },
    { scope: { kind: 'all' }, from: until('2026-12-05T05:00:00Z'), until: until('2026-12-05T06:00:00Z') },
  ],
  [
    { kind: 'PAUSE', scope: { scheduler: true } },
    { scope: { kind: 'scheduler' }, from: NOW, until: null },
  ],
])('%j is made', async (body, expected) => {
  const response = await post(body)
  expect(response.status).toBe(201)
  expect(fake.engine.calls).toMatchObject([{ verb: 'maintain', input: { ...expected, by: 'local' } }])
})

test.each([
  [{ kind: 'PAUSE', scope: {} }, '/scope', 'exactly one'],
  [{ kind: 'PAUSE', scope: { all: true, hosts: ['hqs7'] } }, '/scope', 'exactly one'],
  [{ kind: 'PAUSE', scope: { everything: true } }, '/scope', 'everything'],
  [{ kind: 'PAUSE', scope: { hosts: [] } }, '/scope/hosts', ''],
  [{ kind: 'ACK', scope: { scheduler: true } }, '/kind', 'only be paused'],
  [{ kind: 'PAUSE', scope: { all: true }, from: 'soon' }, '/from', 'Sat 20:00'],
  [{ kind: 'PAUSE', scope: { all: true }, from: '2026-11-22 15:00' }, '/from', 'is over'],
  [{ kind: 'PAUSE', scope: { all: true }, from: '2028-11-22 15:00' }, '/from', 'more than a year'],
  [{ kind: 'PAUSE', scope: { all: true }, until: 'later' }, '/until', 'Sat 20:00'],
  [{ kind: 'PAUSE', scope: { all: true }, until: '2026-11-22T14:00:00Z' }, '/until', 'is over'],
  [{ kind: 'PAUSE', scope: { all: true }, from: 'Sat 20:00', until: '2026-11-28 19:00' }, '/until', 'before the begin'],
  [{ kind: 'PAUSE', scope: { all: true }, until: '06:00', seconds: 5 }, '/until', 'not both'],
])('%j is refused at %s', async (body, pointer, words) => {
  const response = await post(body)
  const problem = await response.json()
  expect([response.status, problem.errors[0].pointer, problem.detail]).toEqual([
    422,
    pointer,
    expect.stringContaining(words),
  ])
  expect(fake.engine.calls).toEqual([])
})

test('names that are not known are 404, too many are 409', async () => {
  expect(await (await post({ kind: 'PAUSE', scope: { hosts: ['nowhere'] } })).json()).toMatchObject({
    status: 404,
    code: 'NO_SUCH_HOST',
  })
  expect((await post({ kind: 'PAUSE', scope: { datasets: ['no'] } })).status).toBe(404)
  fake.engine.refuse = new Refusal('TOO_MANY', 'End some first.')
  expect((await post({ kind: 'PAUSE', scope: { all: true } })).status).toBe(409)
})

test('listed: in force and planned, with what is over on request; ended by its id', async () => {
  await post({ kind: 'PAUSE', scope: { hosts: ['hqs7'] }, reason: 'disk swap' })
  await post({ kind: 'ACK', scope: { datasets: [ID] }, from: 'Sat 20:00', until: '06:00' })
  expect((await json('/api/maintenance')).items).toMatchObject([
    {
      id: '1',
      kind: 'PAUSE',
      state: 'IN_FORCE',
      scope: { kind: 'HOSTS', names: ['hqs7'] },
      about: 'SAN hqs7',
      datasets: 2,
      until: null,
      by: 'local',
      reason: 'disk swap',
    },
    { id: '2', kind: 'ACK', state: 'PLANNED', scope: { kind: 'DATASETS', names: [ID] } },
  ])
  expect(await (await fake.admin('DELETE', '/api/maintenance/1')).json()).toMatchObject({
    state: 'OVER',
    endedBy: 'local',
  })
  for (const id of ['1', '9', 'x', '9e9', '%2F'])
    expect((await (await fake.admin('DELETE', `/api/maintenance/${id}`)).json()).code).toBe('NO_SUCH_MAINTENANCE')
  expect((await json('/api/maintenance')).items).toHaveLength(1)
  expect((await json('/api/maintenance?past=true')).items.map(({ id }: { id: string }) => id)).toEqual(['2', '1'])
})

describe('the scheduler is paused', () => {
  beforeEach(async () => {
    await post({ kind: 'PAUSE', scope: { scheduler: true }, until: '18:00', reason: 'new switch' })
    fake.engine.calls.length = 0
  })
  const WORDS = 'hecks are paused until 2026-11-22 18:00 by local: new switch'
  const tick = (name: string, trigger: 'schedule' | 'http' | 'internal' = 'schedule') =>
    fake.runtime.invoke({ name, trigger, actor: { ...SCHEDULER_ACTOR, role: 'admin' }, input: {} })

  test('its ticks look at nothing and say why; a check by a person goes on', async () => {
    const scan = await tick('scan')
    expect([scan.state, scan.output]).toEqual([
      'SUCCEEDED',
      { end: 'PAUSED', runId: null, state: null, outcome: `C${WORDS}.` },
    ])
    expect((await tick('scan', 'internal')).output).toMatchObject({ end: 'PAUSED' })
    expect((await tick('verify')).output).toMatchObject({ held: `C${WORDS}.`, items: [] })
    expect(fake.engine.calls).toEqual([])
    expect((await tick('scan', 'http')).output).toMatchObject({ end: 'ENDED' })
    expect((await fake.admin('POST', '/api/run', { mode: 'CHECK' })).status).toBe(202)
  })

  test('the status says so, with who and until when; the witness is ready all the same', async () => {
    const status = await json('/api/status')
    expect(status.headline).toEndWith(`, c${WORDS}`)
    expect(status.witness).toMatchObject({
      schedulerPaused: true,
      schedulerPause: { about: 'the scheduler', by: 'local', until: '2026-11-22T17:00:00Z', reason: 'new switch' },
    })
    expect(status.nextCheckAt).toBe('2026-11-22T17:00:00Z')
    expect(status.maintenance).toHaveLength(1)
    expect((await fake.admin('GET', '/readyz')).status).toBe(200)
    fake.engine.views = fake.engine.views.filter(({ verdict }) => verdict.health === 'HEALTHY')
    expect((await json('/api/status')).headline).toBe(`C${WORDS}`)
  })

  test('its upkeep goes on', async () => {
    expect((await tick('prune-history')).state).toBe('SUCCEEDED')
  })
})

test('a viewer sees, and changes nothing', async () => {
  await post({ kind: 'PAUSE', scope: { all: true } })
  expect((await fake.remote('GET', '/api/maintenance')).status).toBe(200)
  expect((await fake.remote('POST', '/api/maintenance', { kind: 'PAUSE', scope: { all: true } })).status).toBe(403)
  expect((await fake.remote('DELETE', '/api/maintenance/1')).status).toBe(403)
  expect((await json('/api/maintenance')).items).toHaveLength(1)
})
