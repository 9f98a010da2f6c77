import { beforeEach, describe, expect, test } from 'bun:test'
import { Refusal, type RefusalCode } from '#lib/engine/refusal.ts'
import { NOW } from './fake-config.ts'
import { type Fake, fakeServices } from './fake-services.ts'
import { entry, fakeInventory, fakeView } from './fake-views.ts'

const ID = 'hq10-7.L1S4DAT1'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const json = async (path: string) => (await fake.admin('GET', path)).json()

describe('GET /api/status', () => {
  test('says the worst first', async () => {
    expect(await json('/api/status')).toMatchObject({
      overall: 'BROKEN',
      headline: '1 dataset is broken, 1 needs attention, the state of 1 is unknown',
      counts: { HEALTHY: 1, WARNING: 1, BROKEN: 1, UNKNOWN: 1, REPAIRING: 0, total: 4 },
      worst: { datasetId: ID, reason: 'LAG_CRITICAL', delaySeconds: 2_246_400 },
      lastCheck: { runId: '6', result: 'SUCCEEDED' },
      activeRuns: [{ id: '7', kind: 'REPAIR', datasetId: ID }],
      nextCheckAt: '2026-11-22T14:33:10Z',
      witness: { demo: true, uptimeSeconds: 86_400 },
    })
  })
  test('pools are text, because their bytes may pass 2^53; a SAN that does not answer says why', async () => {
    const { hosts } = await json('/api/status')
    expect(hosts[0].pools[0]).toMatchObject({ sizeBytes: String(2 ** 44), state: 'ONLINE' })
    expect(hosts[1]).toMatchObject({ role: 'BACKUP', reachable: false, error: { kind: 'timeout' } })
  })
  test('a child that is gone on the primary is in no count', async () => {
    const view = fakeView('gone', { health: 'BROKEN' })
    fake.engine.views = [fakeView('ok'), { ...view, dataset: { ...view.dataset, retired: true } }]
    expect(await json('/api/status')).toMatchObject({ overall: 'HEALTHY', counts: { total: 1, retired: 1, BROKEN: 0 } })
  })
  test('no datasets is not "healthy"', async () => {
    fake.engine.views = []
    expect(await json('/api/status')).toMatchObject({
      overall: 'UNKNOWN',
      worst: null,
      headline: 'No datasets configured yet',
    })
  })
  test.each(['/api/status', '/api/datasets'])('%s: unchanged is 304, changed is not', async (path) => {
    const first = await fake.admin('GET', path)
    const tag = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect((await fake.admin('GET', path, undefined, tag)).status).toBe(304)
    fake.engine.views = fake.engine.views.slice(1)
    expect((await fake.admin('GET', path, undefined, tag)).status).toBe(200)
  })
})

describe('GET /api/datasets', () => {
  const ids = async (query: string) =>
    (await json(`/api/datasets?${query}`)).items.map(({ id }: { id: string }) => id.split('.')[1])
  test.each([
    ['', ['L1S4DAT1', 'new', 'L1~1a2b3c', 'ok']],
    ['status=HEALTHY,WARNING', ['L1~1a2b3c', 'ok']],
    ['status=HEALTHY&status=WARNING', ['L1~1a2b3c', 'ok']],
    ['reason=LAG_CRITICAL', ['L1S4DAT1']],
    ['pair=HQS8%20%E2%86%92%20HQS1', ['new', 'ok']],
    ['q=VM/Disk', ['L1~1a2b3c']],
    ['sort=name', ['L1S4DAT1', 'new', 'ok', 'L1~1a2b3c']],
    ['sort=lag', ['ok', 'L1~1a2b3c', 'L1S4DAT1', 'new']],
    ['sort=-lag', ['L1S4DAT1', 'L1~1a2b3c', 'ok', 'new']],
  ])('%p', async (query, expected) => expect(await ids(query)).toEqual(expected))

  test('pages give every row once, also when rows come and go between them', async () => {
    const first = await json('/api/datasets?limit=2')
    expect(first).toMatchObject({ total: 4, items: [{ name: 'L1S4DAT1' }, { name: 'NEW' }] })
    fake.engine.views = fake.engine.views.slice(1)
    const second = await json(`/api/datasets?limit=2&cursor=${first.nextCursor}`)
    expect(second).toMatchObject({ nextCursor: null, items: [{ name: 'vm/disk.0' }, { name: 'OK' }] })
  })
  test('a cursor of another order is refused', async () => {
    const { nextCursor } = await json('/api/datasets?limit=2')
    expect(await json(`/api/datasets?sort=name&cursor=${nextCursor}`)).toMatchObject({ code: 'BAD_CURSOR' })
  })
  test('who paused it, who knows of it', async () => {
    const control = { datasetId: ID, by: 'anna', reason: 'SAN swap', at: NOW, until: NOW + 1000 }
    const change = {
      pause: { ...control, kind: 'pause', origin: 'person' },
      ack: { ...control, kind: 'ack', until: NOW },
    } as const
    fake.engine.views = [fakeView(ID, { change })]
    expect((await json('/api/datasets')).items[0]).toMatchObject({
      paused: { by: 'anna', reason: 'SAN swap', until: '2026-11-22T14:32:11Z' },
      ack: null,
    })
  })
})

describe('GET /api/datasets/{id}/snapshots', () => {
  const rows = async (query = '') =>
    (await json(`/api/datasets/${ID}/snapshots?${query}`)).items.map(
      (row: { name: string; state: string }) => `${row.name} ${row.state}`,
    )

  test('newest first, matched by guid; one name with two guids is a clash', async () => {
    expect(await rows()).toEqual(['own BACKUP', 'c PRIMARY', 'b CLASH', 'b CLASH', 'a BOTH'])
  })
  test('by state', async () => expect(await rows('state=PRIMARY,BACKUP')).toEqual(['own BACKUP', 'c PRIMARY']))
  test('what only one side has is not "missing" on a side that nobody could read', async () => {
    const fault = {
      host: 'hqs7',
      kind: 'timeout',
      reason: 'HOST_UNREACHABLE',
      message: 'Timed out.',
      retryable: true,
    } as const
    fake.engine.inventories.set(ID, fakeInventory(ID, { backup: { state: 'unknown', fault } }))
    const answer = await json(`/api/datasets/${ID}/snapshots`)
    expect(answer.items.map(({ state }: { state: string }) => state)).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
    expect(answer.backup).toMatchObject({ state: 'UNKNOWN', snapshots: null, detail: 'Timed out.' })
  })
  test('a backup that does not exist has none', async () => {
    fake.engine.inventories.set(ID, fakeInventory(ID, { backup: { state: 'missing' } }))
    const answer = await json(`/api/datasets/${ID}/snapshots`)
    expect(answer).toMatchObject({ backup: { state: 'MISSING', snapshots: 0 }, items: [{ state: 'PRIMARY' }, {}, {}] })
  })
  test('paging goes on where it was, even when that snapshot is gone', async () => {
    const { nextCursor } = await json(`/api/datasets/${ID}/snapshots?limit=2`)
    expect(await rows(`limit=2&cursor=${nextCursor}`)).toEqual(['b CLASH', 'b CLASH'])
    const present = fakeInventory(ID)
    if (present.primary.state !== 'present') throw new Error('The fake has changed.')
    const snapshots = [entry('a', '10', 1), entry('b', '11', 2)]
    fake.engine.inventories.set(ID, { ...present, primary: { ...present.primary, snapshots } })
    expect(await rows(`limit=9&cursor=${nextCursor}`)).toEqual(['b CLASH', 'b CLASH', 'a BOTH'])
  })
})

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
    expect(answer).toEqual({ changed: true, diff: { added: ['a'] }, warnings: [] })
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
