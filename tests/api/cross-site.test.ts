import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from '#tests/witness/browser.ts'
import { fakeServices } from './fake-services.ts'
import { addUsers, PASSWORD, type Served, servedFake } from './served-fake.ts'

setDefaultTimeout(600_000)

let served: Served
let admin: Browser
beforeAll(async () => {
  served = await servedFake()
  await addUsers(served)
  admin = served.browser()
  await admin.signIn('admin', PASSWORD)
})
beforeEach(() => {
  served.engine.calls.length = 0
})
afterAll(async () => {
  expect(served.world.errors).toEqual([])
  await served.close()
})

const EVIL = 'https://evil.example'
const code = async (answer: Response): Promise<string> => {
  const text = await answer.text()
  return /"code":"(\w+)"|<code>(\w+)<\/code>/.exec(text)?.slice(1).find(Boolean) ?? ''
}

/** Every way in which another site's page could make the browser of somebody who is signed in send something. */
const WAYS: readonly (readonly [string, Record<string, string>])[] = [
  ['a script of another site', { origin: EVIL, 'sec-fetch-site': 'cross-site' }],
  ['an old browser, which says the origin only', { origin: EVIL, 'sec-fetch-site': '' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['a neighbour under the same name', { origin: 'http://sub.127.0.0.1', 'sec-fetch-site': 'same-site' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
  ['a browser that says nothing at all', { origin: '', 'sec-fetch-site': '' }],
  ['an address that was typed in', { origin: '', 'sec-fetch-site': 'none' }],
]

/** Without the headers that are given as ''. */
function as(headers: Record<string, string>, more: Record<string, string> = {}): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')), ...more }
}

const WRITES: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/api/run'],
  ['POST', '/api/datasets/hq10-7.L1S4DAT1/pause'],
  ['DELETE', '/api/datasets/hq10-7.L1S4DAT1/ack'],
  ['POST', '/api/config/reload'],
  ['POST', '/api/users'],
  ['POST', '/api/tokens'],
  ['DELETE', '/api/sessions/1'],
]

describe.each(WAYS)('the cookie sent by %s', (_, headers) => {
  test.each(WRITES)('does nothing: %s %s', async (method, path) => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const body = method === 'DELETE' ? null : '{}'
      const answer = await fetch(`${served.url}${path}`, {
        method,
        body,
        headers: as(headers, { cookie: admin.cookies, 'content-type': type }),
      })
      expect([answer.status, await code(answer)]).toEqual([403, 'CSRF'])
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
    expect(served.engine.calls).toEqual([])
  })

  test('sends no form either, even with the right token', async () => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await admin.page('/account'))?.[1] ?? ''
    const answer = await fetch(`${served.url}/account/tokens`, {
      method: 'POST',
      body: new URLSearchParams({ csrf, name: 'stolen', role: 'ADMIN' }).toString(),
      headers: as(headers, { cookie: admin.cookies, 'content-type': 'application/x-www-form-urlencoded' }),
    })
    expect([answer.status, await code(answer)]).toEqual([403, 'CSRF'])
    expect(await served.services.access.tokens.list()).toEqual([])
  })
})

describe('a form of our own page', () => {
  const fields = { name: 'ci', role: 'VIEWER' }
  test.each([
    ['without its token', {}],
    ['with an empty one', { csrf: '' }],
    ['with a made-up one', { csrf: 'x'.repeat(43) }],
  ])('%s is refused', async (_, csrf) => {
    expect((await admin.form('/account/tokens', { ...fields, ...csrf })).status).toBe(403)
  })

  test("with another person's token is refused", async () => {
    const viewer = served.browser()
    await viewer.signIn('viewer', PASSWORD)
    const csrf = /name="csrf" value="([^"]+)"/.exec(await viewer.page('/account'))?.[1] ?? ''
    expect((await admin.form('/account/tokens', { ...fields, csrf })).status).toBe(403)
    expect(await served.services.access.tokens.list()).toEqual([])
  })

  test('cannot sign a visitor in as somebody else: the sign-in has a token too', async () => {
    const victim = served.browser()
    await victim.page('/login')
    const answer = await victim.form('/login', { name: 'viewer', password: PASSWORD, csrf: 'x'.repeat(43) })
    expect([answer.status, victim.cookie(/^zwitness-\d+$/)]).toEqual([403, null])
  })
})

describe('our own pages may', () => {
  test.each([
    ['with both headers', { origin: 'own', 'sec-fetch-site': 'same-origin' }],
    ['with the origin only, as over plain http', { origin: 'own' }],
    ['with Sec-Fetch-Site only', { 'sec-fetch-site': 'same-origin' }],
  ])('%s', async (_, headers) => {
    const own = Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key, value === 'own' ? served.url : value]),
    )
    const answer = await fetch(`${served.url}/api/run`, {
      method: 'POST',
      body: '{}',
      headers: { ...own, cookie: admin.cookies, 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(202)
  })

  test('a program with a token needs none of them, but is not believed a foreign origin', async () => {
    const { text } = await served.services.access.tokens.create({
      name: 'p',
      role: 'operator',
      createdBy: 't',
      expiresAt: null,
    })
    const post = (headers: Record<string, string>) =>
      fetch(`${served.url}/api/run`, { method: 'POST', headers: { authorization: `Bearer ${text}`, ...headers } })
    expect((await post({})).status).toBe(202)
    expect((await post({ origin: EVIL })).status).toBe(403)
  })
})

test.each(['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', ''])(
  'a name that somebody pointed at us (%p) is not answered, whatever it brings',
  async (host) => {
    const answer = await fetch(`${served.url}/api/status`, { headers: { host, cookie: admin.cookies } })
    expect([400, 421]).toContain(answer.status)
    expect(await answer.text()).not.toContain('overall')
  },
)

test('every answer has the headers that keep a browser from doing more than it should', async () => {
  for (const path of ['/login', '/account', '/api/status', '/nowhere', '/healthz']) {
    const { headers } = await admin.get(path)
    const csp = headers.get('content-security-policy') ?? ''
    expect(csp).toContain("default-src 'self'")
    expect(csp).toContain("frame-ancestors 'none'")
    expect(csp).toContain("form-action 'self'")
    expect(csp).not.toMatch(/unsafe|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toMatch(/no-store|no-cache/)
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('over a real socket: by the name of this machine and from its own pages only', async () => {
  const { runtime, world } = await fakeServices()
  world.config = { ...world.config, auth: { ...world.config.auth, noneRole: 'operator' } }
  const { url } = await runtime.start({ port: 0, schedule: false })
  try {
    const check = (headers: Record<string, string>) => fetch(`${url}/api/run`, { method: 'POST', headers })
    expect((await check({})).status).toBe(202)
    expect((await check({ host: 'evil.example' })).status).toBe(421)
    expect((await check({ origin: 'http://evil.example' })).status).toBe(403)
  } finally {
    await runtime.stop(1000)
  }
})
