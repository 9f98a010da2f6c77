import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Fake, fakeServices } from './fake-services.ts'
import { INCIDENT } from './fake-telling.ts'

const ID = 'hq10-7.L1S4DAT1'
const TILDE = 'hq10-7.L1~1a2b3c'
const GONE = 'no.such~dataset'

let fake: Fake
beforeAll(async () => {
  fake = await fakeServices()
})
beforeEach(() => {
  fake.engine.calls.length = 0
  fake.engine.refuse = null
})
afterAll(() => {
  // A 500 in any test has an error behind it; seeing it here says which.
  expect(fake.world.errors).toEqual([])
})

/** Every JSON route with a request that goes well. */
const GOOD: readonly (readonly [method: string, path: string, route: string, status: number, body?: unknown])[] = [
  ['GET', '/healthz', '/healthz', 200],
  ['GET', '/readyz', '/readyz', 200],
  ['GET', '/api/status', '/api/status', 200],
  ['GET', '/api/version', '/api/version', 200],
  ['GET', '/api/monitor', '/api/monitor', 200],
  ['GET', '/api/openapi.json', '/api/openapi.json', 200],
  ['GET', '/api/run', '/api/run', 200],
  ['POST', '/api/run', '/api/run', 202],
  ['GET', '/api/adopt', '/api/adopt', 200],
  ['POST', `/api/datasets/${ID}/adopt`, '/api/datasets/:id/adopt', 202, { reason: 'restored on purpose' }],
  ['POST', '/api/adopt', '/api/adopt', 200, { choices: [{ datasetId: ID, planHash: '0123456789abcdef' }] }],
  ['GET', '/api/datasets', '/api/datasets', 200],
  ['GET', `/api/datasets/${ID}`, '/api/datasets/:id', 200],
  ['GET', `/api/datasets/${ID}/snapshots`, '/api/datasets/:id/snapshots', 200],
  ['POST', `/api/datasets/${ID}/preview`, '/api/datasets/:id/preview', 200],
  ['POST', `/api/datasets/${ID}/run`, '/api/datasets/:id/run', 202, { mode: 'REPAIR', planId: 'p-1' }],
  ['POST', `/api/datasets/${ID}/pause`, '/api/datasets/:id/pause', 200, { seconds: 60 }],
  ['POST', `/api/datasets/${ID}/resume`, '/api/datasets/:id/resume', 200],
  ['POST', `/api/datasets/${ID}/ack`, '/api/datasets/:id/ack', 200, { until: '2026-12-01T00:00:00Z' }],
  ['DELETE', `/api/datasets/${ID}/ack`, '/api/datasets/:id/ack', 200],
  ['GET', `/api/datasets/${ID}/lag`, '/api/datasets/:id/lag', 200],
  ['GET', `/api/lag?datasetIds=${ID}`, '/api/lag', 200],
  ['POST', '/api/maintenance', '/api/maintenance', 201, { kind: 'PAUSE', scope: { all: true } }],
  ['GET', '/api/maintenance', '/api/maintenance', 200],
  ['DELETE', '/api/maintenance/1', '/api/maintenance/:id', 200],
  ['GET', '/api/history', '/api/history', 200],
  ['GET', '/api/report', '/api/report', 200],
  ['GET', `/api/datasets/${ID}/objective?months=2`, '/api/datasets/:id/objective', 200],
  ['GET', `/api/datasets/${ID}/history`, '/api/datasets/:id/history', 200],
  ['GET', '/api/incidents', '/api/incidents', 200],
  ['GET', `/api/incidents/${INCIDENT}`, '/api/incidents/:id', 200],
  ['POST', `/api/incidents/${INCIDENT}/ack`, '/api/incidents/:id/ack', 200, { seconds: 60, reason: 'seen' }],
  ['DELETE', `/api/incidents/${INCIDENT}/ack`, '/api/incidents/:id/ack', 200],
  ['GET', '/api/notifications', '/api/notifications', 200],
  ['POST', '/api/notifications/test', '/api/notifications/test', 200, { channel: 'chat' }],
  ['GET', '/api/set-asides', '/api/set-asides', 200],
  ['GET', '/api/anchors', '/api/anchors', 200],
  ['GET', '/api/can-destroy?snapshot=hqs10p1/L1S4DAT1@a', '/api/can-destroy', 200],
  ['GET', `/api/datasets/${ID}/can-destroy?snapshot=c`, '/api/datasets/:id/can-destroy', 200],
  ['GET', '/api/runs', '/api/runs', 200],
  ['GET', '/api/runs/7', '/api/runs/:id', 200],
  ['POST', '/api/runs/7/cancel', '/api/runs/:id/cancel', 202],
  ['GET', '/api/runs/7/log', '/api/runs/:id/log', 200],
  ['GET', '/api/logs', '/api/logs', 200],
  ['GET', '/api/config', '/api/config', 200],
  ['GET', '/api/config/check', '/api/config/check', 200],
  ['POST', '/api/config/reload', '/api/config/reload', 200],
  ['GET', '/api/functions', '/api/functions', 200],
  ['GET', '/api/functions/scan', '/api/functions/:name', 200],
  ['POST', '/api/functions/prune-history', '/api/functions/:name', 200],
]
const INSPECTING = [
  'GET /api/datasets/:id/explain',
  'POST /api/datasets/:id/verify',
  'POST /api/discover',
  'POST /api/doctor',
]
const WRITES = GOOD.filter(([method]) => method !== 'GET')
const BODIES = GOOD.filter(([method]) => method === 'POST')

test('this table holds every route', () => {
  const known = GOOD.map(([method, , route]) => `${method} ${route}`)
  // Forms belong to their pages; users, tokens and the like have tests of their own (accounts.test.ts).
  const served = fake.runtime.tree.routes
    .filter(({ definition: { form, tags } }) => form !== true && !tags?.includes('access'))
    .map(({ method, path }) => `${method} ${path}`)
    // What asks the SANs itself is asked over real ones (tests/app/inspecting.test.ts).
    .filter((route) => !INSPECTING.includes(route))
  const text = [
    'GET /metrics',
    'GET /logs/download',
    'GET /report.csv',
    'GET /api/set-asides/script',
    'GET /api/anchors/script',
  ]
  // Not for viewers: backup.test.ts.
  const closed = ['GET /api/backup', 'GET /api/database']
  expect([...known, 'GET /api/events', ...text, ...closed].sort()).toEqual([...served].sort())
})

describe('a good answer', () => {
  test.each(GOOD)('%s %s', async (method, path, route, status, body) => {
    const response = await fake.admin(method, path, body)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/json')
    const answer = await response.json()
    // Nothing is in the answer that the document does not name, and nothing that it names is missing.
    const found = fake.runtime.tree.routes.find((one) => one.method === method && one.path === route)
    expect(found?.definition.output?.parse(answer)).toEqual(answer)
    expect(found?.definition.operationId).toMatch(/^[a-z][A-Za-z]+$/)
  })

  test.each(GOOD.filter(([method]) => method === 'GET'))('from the network too: %s %s', async (method, path) => {
    expect((await fake.remote(method, path)).status).toBe(200)
  })
})

describe('the network may not write', () => {
  test.each(WRITES)('%s %s', async (method, path, _route, _status, body) => {
    const response = await fake.remote(method, path, body)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'FORBIDDEN_ROLE' })
    expect(fake.engine.calls).toEqual([])
  })
})

test('unless the configuration opens it', async () => {
  const { config } = fake.world
  fake.world.config = { ...config, auth: { ...config.auth, noneRole: 'operator' } }
  expect((await fake.remote('POST', `/api/datasets/${ID}/resume`)).status).toBe(200)
  expect(fake.engine.calls).toEqual([{ verb: 'resume', input: [ID, 'anyone'] }])
  fake.world.config = config
})

describe('what is not there', () => {
  test.each([
    ['GET', `/api/datasets/${GONE}`, 'NO_SUCH_DATASET'],
    ['GET', `/api/datasets/${GONE}/snapshots`, 'NO_SUCH_DATASET'],
    ['GET', `/api/datasets/${GONE}/lag`, 'NO_SUCH_DATASET'],
    ['POST', `/api/datasets/${GONE}/preview`, 'NO_SUCH_DATASET'],
    ['POST', `/api/datasets/${GONE}/run`, 'NO_SUCH_DATASET'],
    ['POST', `/api/datasets/${GONE}/pause`, 'NO_SUCH_DATASET'],
    ['POST', `/api/datasets/${GONE}/resume`, 'NO_SUCH_DATASET'],
    ['POST', `/api/datasets/${GONE}/ack`, 'NO_SUCH_DATASET'],
    ['DELETE', `/api/datasets/${GONE}/ack`, 'NO_SUCH_DATASET'],
    ['GET', '/api/datasets/..%2F..%2Fetc', 'NO_SUCH_DATASET'],
    ['GET', '/api/runs/999', 'NO_SUCH_RUN'],
    ['GET', '/api/runs/seven', 'NO_SUCH_RUN'],
    ['GET', '/api/runs/999/log', 'NO_SUCH_RUN'],
    ['POST', '/api/runs/999/cancel', 'NO_SUCH_RUN'],
    ['GET', '/api/functions/nope', 'NO_SUCH_FUNCTION'],
    ['POST', '/api/functions/nope', 'NO_SUCH_FUNCTION'],
    ['GET', '/api/nothing', 'NOT_FOUND'],
  ])('%s %s: %s', async (method, path, code) => {
    const response = await fake.admin(method, path)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code, status: 404 })
  })

  test('ids with dots and tildes are ids', async () => {
    const response = await fake.admin('GET', `/api/datasets/${TILDE}`)
    expect(await response.json()).toMatchObject({ id: TILDE, links: { self: '/api/datasets/hq10-7.L1~1a2b3c' } })
  })
})

describe('the wrong method', () => {
  const paths = [...new Set(GOOD.map(([, path]) => path)), '/api/events']
  test.each(paths)('PUT %s', async (path) => {
    const response = await fake.admin('PUT', path, {})
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBeTruthy()
  })
})

describe('a bad body', () => {
  test.each(BODIES)('%s %s takes JSON only', async (method, path) => {
    expect((await fake.admin(method, path, '{}', { 'content-type': 'text/plain' })).status).toBe(415)
  })
  test.each(BODIES)('%s %s takes 64 KiB at most', async (method, path) => {
    expect((await fake.admin(method, path, { reason: 'x'.repeat(70_000) })).status).toBe(413)
  })
  test.each(BODIES)('%s %s takes JSON that is JSON', async (method, path) => {
    const response = await fake.admin(method, path, '{')
    expect(await response.json()).toMatchObject({ status: 400, code: 'BAD_JSON' })
  })
  test.each(BODIES)('%s %s takes an object', async (method, path) => {
    expect((await fake.admin(method, path, '[1]')).status).toBe(422)
  })
  const closed = BODIES.filter(([, , route]) => route !== '/api/functions/:name')
  test.each(closed)('%s %s takes no field that it does not know: a typo must not run', async (method, path) => {
    const response = await fake.admin(method, path, { dryrun: true })
    expect(await response.json()).toMatchObject({ status: 422, code: 'VALIDATION' })
    expect(fake.engine.calls).toEqual([])
  })
  test.each([
    ['/api/run', { datasetIds: 'a' }, '/datasetIds'],
    ['/api/run', { datasetIds: [ID], pair: 'p' }, '/pair'],
    [`/api/datasets/${ID}/run`, { mode: 'DESTROY' }, '/mode'],
    [`/api/datasets/${ID}/run`, { planId: 'p-1' }, '/planId'],
    [`/api/datasets/${ID}/run`, { mode: 'REPAIR', planId: 'p-1', dryRun: true }, '/dryRun'],
    [`/api/datasets/${ID}/run`, { mode: 'REPAIR', confirm: 'L1S4DAT1' }, '/confirm'],
    [`/api/datasets/${ID}/pause`, { seconds: 0 }, '/seconds'],
    [`/api/datasets/${ID}/pause`, { until: 'tomorrow' }, '/until'],
    [`/api/datasets/${ID}/pause`, { until: '2020-01-01T00:00:00Z' }, '/until'],
    [`/api/datasets/${ID}/ack`, { until: '2027-01-01T00:00:00Z', seconds: 5 }, '/until'],
    ['/api/functions/repair', {}, '/dataset'],
    ['/api/functions/scan', { pair: 5 }, '/pair'],
  ])('POST %s %p points to %s', async (path, body, pointer) => {
    const response = await fake.admin('POST', path, body)
    expect(response.status).toBe(422)
    expect((await response.json()).errors[0]).toMatchObject({ pointer })
    expect(fake.engine.calls).toEqual([])
  })
})

describe('a bad address', () => {
  test.each([
    ['/api/datasets?status=FINE', '/status/0'],
    ['/api/datasets?limit=0', '/limit'],
    ['/api/datasets?sort=color', '/sort/0'],
    ['/api/datasets?cursor=zzz', '/cursor'],
    [`/api/datasets/${ID}/snapshots?state=SOME`, '/state/0'],
    [`/api/datasets/${ID}/snapshots?cursor=zzz`, '/cursor'],
    [`/api/datasets/${ID}/lag?from=yesterday`, '/from'],
    [`/api/datasets/${ID}/lag?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z`, '/from'],
    [`/api/datasets/${ID}/lag?step=60`, '/step'],
    ['/api/runs?kind=NAP', '/kind/0'],
    ['/api/runs?cursor=bad', '/cursor'],
    ['/api/runs/7/log?after=-1', '/after'],
    ['/api/logs?level=LOUD', '/level'],
    ['/api/logs?cursor=bad', '/cursor'],
    ['/api/events?topics=weather', '/topics/0'],
  ])('%s points to %s', async (path, pointer) => {
    const response = await fake.admin('GET', path)
    expect(response.status).toBe(400)
    expect((await response.json()).errors[0]).toMatchObject({ pointer })
  })
})

test('what destroys is never run unseen: without the plan of a preview it is refused', async () => {
  const response = await fake.admin('POST', `/api/datasets/${ID}/run`, { mode: 'REPAIR', strategy: 'IN_PLACE' })
  expect([response.status, (await response.json()).code]).toEqual([409, 'CONFIRMATION_REQUIRED'])
  expect(fake.engine.calls).toEqual([])
})
