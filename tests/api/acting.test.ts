import { beforeEach, describe, expect, test } from 'bun:test'
import { Refusal, type RefusalCode } from '#lib/engine/refusal.ts'
import { NOW } from './fake-config.ts'
import { type Fake, fakeServices } from './fake-services.ts'

const ID = 'hq10-7.L1S4DAT1'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const json = async (path: string) => (await fake.admin('GET', path)).json()

describe('POST /api/datasets/{id}/run', () => {
  const run = (body?: unknown) => fake.admin('POST', `/api/datasets/${ID}/run`, body)
  const scope = { kind: 'datasets', ids: [ID] }

  test.each([
    [undefined, 'scan', { scope, enqueue: true }],
    [{ mode: 'CHECK' }, 'scan', { scope, enqueue: false }],
    [{ mode: 'REPAIR', planId: 'p-1', reason: 'swap' }, 'repair', { datasetId: ID, planId: 'p-1', reason: 'swap' }],
    [{ mode: 'REPAIR', confirm: 'hqs7p1/L1S4DAT1' }, 'repair', { datasetId: ID }],
    [{ dryRun: true }, 'preview', ID],
    [{ mode: 'REPAIR', dryRun: true }, 'preview', ID],
  ])('%p', async (body, verb, input) => {
    expect((await run(body)).status).toBe(verb === 'preview' ? 200 : 202)
    expect(fake.engine.calls).toMatchObject([{ verb, input }])
  })
  test('202 says where to look and how often, and who asked is recorded', async () => {
    const response = await run({ mode: 'REPAIR' })
    expect(response.headers.get('location')).toBe('/api/runs/9')
    expect(response.headers.get('retry-after')).toBe('2')
    expect(fake.engine.calls[0]?.input).toMatchObject({ trigger: { type: 'http', actor: 'local', role: 'admin' } })
  })
  test('dryRun answers with the plan, whose commands are words', async () => {
    const answer = await (await run({ dryRun: true })).json()
    expect(answer).toMatchObject({ planId: 'p-1', confirm: null, expiresAt: '2026-11-22T14:42:10Z' })
    expect(answer.plan.steps[1].commands).toMatchObject([
      { host: 'hqs10' },
      { host: 'hqs7', argv: ['zfs', 'receive', '-s', '-u', 'hqs7p1/L1S4DAT1'] },
    ])
  })
  const refusals: readonly RefusalCode[] = [
    'PLAN_STALE',
    'PLAN_EXPIRED',
    'PAUSED',
    'POLICY_FORBIDS',
    'BUSY_EXTERNAL',
    'HELD',
    'CONFIRMATION_REQUIRED',
    'NOTHING_TO_DO',
  ]
  test.each(refusals)('%s is 409 with the next step', async (code) => {
    fake.engine.refuse = new Refusal(code, 'Because.', { datasetId: ID })
    const response = await run({ mode: 'REPAIR' })
    expect(await response.json()).toMatchObject({
      status: 409,
      code,
      detail: 'Because.',
      next: { href: expect.any(String) },
    })
  })
  test('a run in the way is named and linked', async () => {
    fake.engine.refuse = new Refusal('ALREADY_RUNNING', 'Run 7 repairs it.', { runId: 7 })
    const response = await run({ mode: 'REPAIR' })
    expect(response.headers.get('location')).toBe('/api/runs/7')
    expect(await response.json()).toMatchObject({ status: 409, code: 'ALREADY_RUNNING', runId: '7' })
  })
  test('stopping is 503 with Retry-After', async () => {
    fake.engine.refuse = new Refusal('SHUTTING_DOWN', 'Stopping.')
    const response = await run()
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10'])
  })
})

describe('POST /api/run', () => {
  test.each([
    [undefined, { scope: { kind: 'all' }, enqueue: true }],
    [{ mode: 'CHECK' }, { scope: { kind: 'all' }, enqueue: false }],
    [{ pair: 'HQS8 → HQS1' }, { scope: { kind: 'pair', pair: 'HQS8 → HQS1' } }],
    [{ datasetIds: [ID] }, { scope: { kind: 'datasets', ids: [ID] } }],
  ])('%p', async (body, input) => {
    expect((await fake.admin('POST', '/api/run', body)).status).toBe(202)
    expect(fake.engine.calls).toMatchObject([{ verb: 'scan', input }])
  })
  test('an unknown pair or dataset is 404', async () => {
    expect(await (await fake.admin('POST', '/api/run', { pair: 'x' })).json()).toMatchObject({ code: 'NO_SUCH_PAIR' })
    expect((await fake.admin('POST', '/api/run', { datasetIds: ['x'] })).status).toBe(404)
  })
})

describe('pause and acknowledge', () => {
  test.each([
    ['pause', {}, null],
    ['pause', { seconds: 60, reason: 'swap' }, NOW + 60_000],
    ['ack', { until: '2026-11-22T15:32:10Z' }, NOW + 3_600_000],
  ])('%s %p', async (verb, body, until) => {
    expect((await fake.admin('POST', `/api/datasets/${ID}/${verb}`, body)).status).toBe(200)
    const reason = 'reason' in body ? body.reason : null
    expect(fake.engine.calls).toEqual([{ verb, input: [ID, { until, by: 'local', reason }] }])
  })
})

describe('runs', () => {
  test('a run with its steps: those that have not begun wait', async () => {
    expect(await json('/api/runs/7')).toMatchObject({
      id: '7',
      state: 'RUNNING',
      result: null,
      durationSeconds: 4,
      steps: [
        { state: 'SUCCEEDED', exitCode: 0 },
        { state: 'PENDING' },
        { state: 'PENDING', ifInterrupted: 'COMPLETED_AT_NEXT_START' },
      ],
      actions: [{ title: 'Bookmark', commands: [['zfs', 'bookmark']] }],
    })
  })
  test('a run that has ended cannot be cancelled', async () => {
    expect(await (await fake.admin('POST', '/api/runs/6/cancel')).json()).toMatchObject({
      status: 409,
      code: 'NOT_RUNNING',
    })
  })
  test('the filters reach the store', async () => {
    await json('/api/runs?kind=SCAN,REPAIR&result=FAILED&state=RUNNING&datasetId=a&from=2026-11-01T00:00:00Z&limit=5')
    expect(fake.store.queries).toMatchObject([
      {
        kind: ['SCAN', 'REPAIR'],
        state: ['RUNNING', 'FAILED'],
        datasetId: 'a',
        from: Date.parse('2026-11-01T00:00:00Z'),
        limit: 5,
      },
    ])
  })
  test('the log of a run, as JSON and a record a line', async () => {
    expect(await json('/api/runs/7/log')).toMatchObject({
      items: [{ id: '1', level: 'INFO', at: '2026-11-22T14:32:10.001Z' }, {}],
    })
    const response = await fake.admin('GET', '/api/runs/7/log?after=1', undefined, { accept: 'application/x-ndjson' })
    expect(response.headers.get('content-type')).toStartWith('application/x-ndjson')
    const lines = (await response.text()).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(['1', '2'])
    expect(fake.store.queries).toMatchObject([
      { runId: 7, after: 0 },
      { runId: 7, after: 1 },
    ])
  })
})

describe('configuration', () => {
  test('a file with faults changes nothing and names each', async () => {
    const file = '/config/app-config.yaml'
    const faults = [{ file, line: 6, column: 15, path: 'pairs.0.backup', message: 'No such host: write hqs7.' }]
    fake.world.reload = { ok: false, faults }
    for (const path of ['/api/config/reload', '/api/functions/reload-config']) {
      const response = await fake.admin('POST', path)
      expect(await response.json()).toMatchObject({
        status: 422,
        code: 'CONFIG_INVALID',
        errors: [{ pointer: '/pairs/0/backup', detail: `${file}:6:15 No such host: write hqs7.` }],
        faults,
      })
    }
  })
  test('what changed', async () => {
    const answer = await (await fake.admin('POST', '/api/config/reload')).json()
    expect(answer).toEqual({ changed: true, diff: { added: ['a'] }, warnings: [], tokens: [] })
  })
})

describe('health', () => {
  test('not ready: the names of the checks and nothing else', async () => {
    fake.world.failed = ['database', 'scheduler']
    const response = await fake.remote('GET', '/readyz')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'NOT_READY', failed: ['database', 'scheduler'] })
    expect(text).not.toContain('L1S4DAT1')
  })
})
