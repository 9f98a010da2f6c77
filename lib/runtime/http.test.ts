import { beforeAll, describe, expect, test } from 'bun:test'
import { startFixture } from './fixtures/start.ts'
import { Problem } from './problem.ts'

let fixture: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  fixture = await startFixture()
})

interface Call {
  readonly method?: string
  readonly role?: string
  readonly headers?: Record<string, string>
  readonly body?: string | ReadableStream
}

async function call(path: string, { method = 'GET', role = 'viewer', headers = {}, body }: Call = {}) {
  const sent = new Headers({ 'x-role': role, ...headers })
  if (typeof body === 'string' && !sent.has('content-type')) sent.set('content-type', 'application/json')
  const response = await fixture.app.request(path, { method, body, headers: sent })
  const text = await response.text()
  const isJson = text !== '' && (response.headers.get('content-type')?.includes('json') ?? false)
  return { response, status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null }
}

describe('answers', () => {
  test('query strings become what the schema says, fields outside the output schema stay inside', async () => {
    const { json } = await call('/api/things?limit=5&tag=a,b&tag=c&all=1')
    expect(json).toMatchObject({ limit: 5, tag: ['a', 'b', 'c'], all: true })
    expect((await call('/api/things/a')).json).toEqual({ id: 'a', size: 1, owner: null })
  })

  test('the path wins over a field of the same name', async () => {
    const body = '{"id":"other","size":4}'
    expect((await call('/api/things/a?id=b', { method: 'PATCH', role: 'operator', body })).json).toEqual({
      id: 'a',
      size: 4,
    })
  })

  test('an empty body is {}', async () => {
    expect((await call('/api/things/a', { method: 'PATCH', role: 'operator' })).json).toEqual({ id: 'a', size: 0 })
  })

  test('reply() sets status and headers', async () => {
    const { status, headers } = await call('/api/things', { method: 'POST', role: 'operator', body: '{"name":"new"}' })
    expect([status, headers.get('location'), headers.get('retry-after')]).toEqual([202, '/api/things/new', '2'])
  })

  test('nothing to say is 204', async () => {
    expect((await call('/api/things/a', { method: 'DELETE', role: 'admin' })).status).toBe(204)
  })

  test('a fixed segment stands before a parameter; a catch-all takes slashes', async () => {
    expect((await call('/api/things/fixed')).json).toEqual({ fixed: true })
    expect((await call('/api/files/tank/data%2Fvm%20x')).json).toEqual({ path: 'tank/data/vm x' })
  })

  test('HEAD follows GET', async () => {
    const { status, text } = await call('/api/things', { method: 'HEAD' })
    expect([status, text]).toEqual([200, ''])
  })

  test('a known ETag gets 304 without a body', async () => {
    const first = await call('/api/things')
    const etag = first.headers.get('etag') ?? ''
    const again = await call('/api/things', { headers: { 'if-none-match': `"x", W/${etag}` } })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    expect((await call('/api/things?limit=3', { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  test('the usual headers', async () => {
    const { headers } = await call('/api/whoami', { headers: { 'x-request-id': 'abc-1' } })
    expect(headers.get('x-request-id')).toBe('abc-1')
    expect(headers.get('api-version')).toBe('1')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(headers.get('strict-transport-security')).toBeNull()
  })

  test("a handler's own headers stay, two cookies too", async () => {
    const { headers } = await call('/api/cookies')
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(headers.get('cache-control')).toBe('private')
  })

  test('a request id that could break a log line is replaced', async () => {
    const { headers } = await call('/api/whoami', { headers: { 'x-request-id': 'a b"' } })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

const big = JSON.stringify({ name: 'x'.repeat(70_000) })
const chunked = (): ReadableStream =>
  new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))),
  })
const operator = { method: 'POST', role: 'operator' } as const

describe('every refusal is a problem document', () => {
  test.each<[string, string, Call, number, string]>([
    ['a bad parameter', '/api/things?limit=0', {}, 400, 'BAD_PARAMETER'],
    ['text for a number', '/api/things?limit=ten', {}, 400, 'BAD_PARAMETER'],
    ['a parameter given twice', '/api/things?limit=1&limit=2', {}, 400, 'BAD_PARAMETER'],
    ['no JSON', '/api/things', { ...operator, body: '{"name":' }, 400, 'BAD_JSON'],
    ['nobody', '/api/things', { role: 'none' }, 401, 'NOT_AUTHENTICATED'],
    ['forgotten access, not GET', '/api/things', { ...operator, role: 'viewer', body: '{}' }, 403, 'FORBIDDEN_ROLE'],
    ['too low a role', '/api/things/a', { method: 'DELETE', role: 'operator' }, 403, 'FORBIDDEN_ROLE'],
    ['unknown path', '/api/nothing', {}, 404, 'NOT_FOUND'],
    ['unknown thing', '/api/things/zzz', {}, 404, 'NO_SUCH_THING'],
    ['trailing slash', '/api/things/', {}, 404, 'NOT_FOUND'],
    ['wrong method', '/api/things', { method: 'PUT' }, 405, 'METHOD_NOT_ALLOWED'],
    ['too large', '/api/things', { ...operator, body: big }, 413, 'BODY_TOO_LARGE'],
    ['too large in chunks', '/api/things', { ...operator, body: chunked() }, 413, 'BODY_TOO_LARGE'],
    [
      'a form',
      '/api/things',
      { ...operator, body: 'name=ab', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'text that is JSON',
      '/api/things',
      { ...operator, body: '{"name":"ab"}', headers: { 'content-type': 'text/plain' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a wrong field', '/api/things', { ...operator, body: '{"name":"a"}' }, 422, 'VALIDATION'],
    ['a list for an object', '/api/things', { ...operator, body: '[]' }, 422, 'VALIDATION'],
    ['an uncaught error', '/api/boom', {}, 500, 'INTERNAL'],
    ['no answer in time', '/api/boom', operator, 503, 'TIMED_OUT'],
  ])('%s', async (_name, path, request, status, code) => {
    const { response, json } = await call(path, request)
    expect([response.status, json.status, json.code]).toEqual([status, status, code])
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(json.type).toBe(`/docs/problems#${code.toLowerCase().replaceAll('_', '-')}`)
    expect(json.instance).toBe(path.split('?')[0])
    expect(json.requestId).toBe(response.headers.get('x-request-id'))
  })

  test('405 says what is possible', async () => {
    expect((await call('/api/things', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, POST')
    expect((await call('/', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD')
  })

  test('input faults are pointed at', async () => {
    const { json } = await call('/api/things', { ...operator, body: '{"size":"big"}' })
    expect(json.errors).toEqual([
      { pointer: '/name', code: 'REQUIRED', detail: expect.any(String) },
      { pointer: '/size', code: 'INVALID_TYPE', detail: expect.any(String) },
    ])
  })

  test('an uncaught error tells nothing, and is reported', async () => {
    fixture.errors.length = 0
    const { text } = await call('/api/boom')
    expect(text).not.toContain('secret')
    expect(fixture.errors).toEqual([new Error('the disk /secret/path is gone')])
  })
})

describe('browsers', () => {
  test.each<[string, Record<string, string>, number]>([
    ['no browser', {}, 200],
    ['own page', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost' }, 200],
    ['own page without fetch metadata', { origin: 'http://localhost', host: 'localhost' }, 200],
    ['own page behind TLS', { origin: 'https://localhost', host: 'localhost' }, 200],
    ['typed by the user', { 'sec-fetch-site': 'none' }, 200],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['a neighbour', { 'sec-fetch-site': 'same-site', origin: 'http://x.localhost' }, 403],
    ['another origin without fetch metadata', { origin: 'https://evil.example', host: 'localhost' }, 403],
    ['another port', { origin: 'http://localhost:81', host: 'localhost' }, 403],
    ['a sandboxed frame', { origin: 'null', host: 'localhost' }, 403],
  ])('%s', async (_name, headers, status) => {
    const result = await call('/api/things/a', { method: 'PATCH', role: 'operator', body: '{}', headers })
    expect([result.status, result.json?.code]).toEqual([status, status === 403 ? 'CSRF' : undefined])
  })

  test('reading is not changed by where it comes from', async () => {
    expect((await call('/api/things', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200)
  })
})

describe('hooks', () => {
  test('a refused identity counts as anonymous on public paths only', async () => {
    const { app } = await startFixture({ identify: () => new Problem(401, 'TOKEN_EXPIRED', 'Make a new one.') })
    expect((await app.request('/healthz')).status).toBe(200)
    const refused = await app.request('/api/things')
    expect([refused.status, (await refused.json()).code]).toEqual([401, 'TOKEN_EXPIRED'])
  })

  test('beforeHandler refuses; onRequest hears the declared path', async () => {
    const seen: unknown[] = []
    const { app } = await startFixture({
      admit: ({ request }) => (request.method === 'POST' ? new Problem(429, 'RATE_LIMITED', 'Slower.') : null),
      onRequest: ({ route, status, actor }) => seen.push([route, status, actor?.role ?? null]),
    })
    const headers = { 'x-role': 'operator' }
    expect((await app.request('/api/things', { method: 'POST', headers })).status).toBe(429)
    await app.request('/api/things/a', { headers })
    await app.request('/nowhere')
    expect(seen).toEqual([
      ['/api/things', 429, 'operator'],
      ['/api/things/:id', 200, 'operator'],
      [null, 404, null],
    ])
  })
})
