import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from '#tests/witness/browser.ts'
import { askWithToken, bookOf, closedSound, PASSWORD, type Served, servedToAdmin } from './served-fake.ts'

setDefaultTimeout(600_000)

let served: Served
let admin: Browser
beforeAll(async () => {
  ;({ served, admin } = await servedToAdmin())
})
afterAll(() => closedSound(served))

const book = (action: string) => bookOf(served, action)
const withToken = (token: string, path: string, init: RequestInit = {}) => askWithToken(served, token, path, init)

describe('users', () => {
  test('are made, listed without their hashes, changed and removed; the book says by whom', async () => {
    const made = await admin.json('POST', '/api/users', { name: 'bea', role: 'OPERATOR', password: PASSWORD })
    expect([made.status, made.headers.get('location')]).toEqual([201, '/api/users/bea'])
    const listed = await (await admin.send('/api/users')).text()
    expect(
      JSON.parse(listed).items.map(({ name, source }: { name: string; source: string }) => [name, source]),
    ).toEqual([
      ['admin', 'DATABASE'],
      ['bea', 'DATABASE'],
      ['operator', 'DATABASE'],
      ['viewer', 'DATABASE'],
    ])
    expect(listed).not.toContain('argon2')
    const changed = await admin.json('PATCH', '/api/users/bea', { role: 'VIEWER', password: 'another long one' })
    expect(await changed.json()).toMatchObject({ name: 'bea', role: 'VIEWER' })
    expect((await admin.json('DELETE', '/api/users/bea')).status).toBe(200)
    for (const action of ['userAdd', 'userChange', 'userRemove'])
      expect((await book(action))[0]).toEqual({
        who: 'session admin',
        target: 'bea',
        result: 'OK',
        code: null,
        reason: null,
      })
    const { items } = await served.services.store.audit({ limit: 50 })
    expect(JSON.stringify(items)).not.toMatch(/another long one|three words long/)
  })

  test.each([
    ['POST', '/api/users', { name: 'viewer', role: 'ADMIN', password: PASSWORD }, 409, 'USER_EXISTS'],
    ['POST', '/api/users', { name: 'X y', role: 'ADMIN', password: PASSWORD }, 422, 'VALIDATION'],
    ['POST', '/api/users', { name: 'new', role: 'ADMIN', password: 'short' }, 422, 'VALIDATION'],
    ['POST', '/api/users', { name: 'new', role: 'BOSS', password: PASSWORD }, 422, 'VALIDATION'],
    ['PATCH', '/api/users/nobody', { role: 'VIEWER' }, 404, 'NO_SUCH_USER'],
    ['PATCH', '/api/users/admin', { role: 'VIEWER' }, 409, 'LAST_ADMIN'],
    ['DELETE', '/api/users/admin', undefined, 409, 'LAST_ADMIN'],
    ['DELETE', '/api/users/nobody', undefined, 404, 'NO_SUCH_USER'],
  ])('%s %s %p: %p %s', async (method, path, body, status, code) => {
    const answer = await admin.json(method, path, body)
    expect([answer.status, (await answer.json()).code]).toEqual([status, code])
  })

  test('of the configuration sign in too, and are changed there', async () => {
    const passwordHash = await Bun.password.hash('from the file!', {
      algorithm: 'argon2id',
      memoryCost: 4096,
      timeCost: 2,
    })
    served.configure({ auth: { users: new Map([['fred', { role: 'operator', passwordHash }]]) } })
    const fred = served.browser()
    expect((await fred.signIn('fred', 'from the file!')).status).toBe(303)
    expect(await fred.page('/account')).toContain('You stand in the configuration file')
    const changed = await admin.json('PATCH', '/api/users/fred', { role: 'ADMIN' })
    expect([changed.status, (await changed.json()).code]).toEqual([409, 'IN_CONFIG'])
    // Another hash in the file, or the user gone from it, ends the session.
    served.configure({ auth: { users: new Map([['fred', { role: 'operator', passwordHash: `${passwordHash}x` }]]) } })
    expect((await fred.json('GET', '/api/me')).status).toBe(401)
    served.configure({})
  })
})

describe('tokens', () => {
  const make = async (body: object) =>
    (await (await admin.json('POST', '/api/tokens', body)).json()) as Record<string, string>

  test('open what their role may, once made are told only once, and note their use', async () => {
    const made = await make({ name: 'ci', role: 'OPERATOR', days: 1 })
    expect(made.token).toMatch(/^zwt_[0-9a-f]{10}_[0-9a-f]{48}$/)
    const { token = '', id } = made
    expect(await (await withToken(token, '/api/me')).json()).toMatchObject({
      kind: 'TOKEN',
      name: 'ci',
      role: 'OPERATOR',
    })
    expect((await withToken(token, '/api/run', { method: 'POST' })).status).toBe(202)
    expect((await withToken(token, '/api/users')).status).toBe(403)
    const listed = await (await admin.send('/api/tokens')).text()
    expect(listed).not.toContain(token.slice(-48))
    expect(JSON.parse(listed).items[0]).toMatchObject({
      id,
      name: 'ci',
      state: 'GOOD',
      createdBy: 'admin',
      usedFrom: '127.0.0.1',
    })
    expect((await book('run'))[0]).toMatchObject({ who: 'token ci', result: 'OK' })
    expect(served.engine.calls.at(-1)).toMatchObject({
      input: { trigger: { actorKind: 'token', actor: 'ci', role: 'operator' } },
    })
  })

  test('end by time and by hand, and say so', async () => {
    const { token = '' } = await make({ name: 'short', days: 1 })
    served.world.ahead += 86_400_000
    const expired = await withToken(token, '/api/me')
    expect([expired.status, expired.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await expired.json()).detail).toContain('The token short expired at 2026-11-23')
    await admin.signIn('admin', PASSWORD)
    const { token: other = '', id } = await make({ name: 'other' })
    expect((await admin.json('DELETE', `/api/tokens/${id}`)).status).toBe(200)
    expect((await (await withToken(other, '/api/me')).json()).detail).toContain('The token other was revoked')
    expect((await admin.json('DELETE', `/api/tokens/${id}`)).status).toBe(404)
  })

  test.each([['zwt_0123456789_'.padEnd(63, '0')], ['zwt_bad'], ['Bearer'], ['eyJhbGciOiJIUzI1NiJ9.e30.x']])(
    '%s opens nothing, not even with a cookie beside it',
    async (token) => {
      const headers = { authorization: `Bearer ${token}`, cookie: admin.cookies }
      expect((await fetch(`${served.url}/api/me`, { headers })).status).toBe(401)
      expect((await fetch(`${served.url}/healthz`, { headers })).status).toBe(200)
    },
  )

  test('two in use cannot have one name', async () => {
    await make({ name: 'twin' })
    const again = await admin.json('POST', '/api/tokens', { name: 'twin' })
    expect([again.status, (await again.json()).code]).toEqual([409, 'TOKEN_EXISTS'])
  })
})

describe('the account page, without JavaScript', () => {
  test('makes a token, shows it once, and revokes it', async () => {
    const answer = await admin.submit('/account', '/account/tokens', { name: 'page', role: 'VIEWER', days: '' })
    const text = await answer.text()
    const token = /zwt_[0-9a-f]{10}_[0-9a-f]{48}/.exec(text)?.[0] ?? ''
    expect((await withToken(token, '/api/me')).status).toBe(200)
    expect(await admin.page('/account')).not.toContain(token)
    const revoked = await admin.submit('/account', '/account/revoke-token', { id: token.slice(4, 14) })
    expect(await revoked.text()).toContain('The token page opens nothing any more.')
    expect((await withToken(token, '/api/me')).status).toBe(401)
    expect((await book('tokenRevoke'))[0]).toMatchObject({
      who: 'session admin',
      target: token.slice(4, 14),
      result: 'OK',
    })
  })

  test('tells a viewer whom to ask for a token', async () => {
    const viewer = served.browser()
    await viewer.signIn('viewer', PASSWORD)
    const page = await viewer.page('/account')
    expect(page).toContain('Needs the admin role.')
    expect(page).not.toContain('/account/tokens')
    expect((await viewer.submit('/account', '/account/tokens', { name: 'x', role: 'ADMIN' })).status).toBe(403)
  })

  test("signs one's own other browsers out, and nobody else's", async () => {
    const [one, two, other] = [served.browser(), served.browser(), served.browser()]
    for (const browser of [one, two]) await browser.signIn('viewer', PASSWORD)
    await other.signIn('operator', PASSWORD)
    const { items } = (await (await other.send('/api/sessions')).json()) as { items: { id: string; user: string }[] }
    expect(items.every(({ user }) => user === 'operator')).toBe(true)
    const foreign = await one.json('DELETE', `/api/sessions/${items[0]?.id}`)
    expect([foreign.status, (await foreign.json()).code]).toEqual([404, 'NO_SUCH_SESSION'])
    await one.submit('/account', '/account/sessions', { others: 'true' })
    const me = (browser: Browser) => browser.json('GET', '/api/me')
    expect([(await me(one)).status, (await me(two)).status, (await me(other)).status]).toEqual([200, 401, 200])
  })

  test("changes one's own password: with the present one, and all other sessions end", async () => {
    const { users } = served.services.access
    await users.add({ name: 'gil', role: 'viewer', password: PASSWORD })
    const [here, there] = [served.browser(), served.browser()]
    for (const browser of [here, there]) await browser.signIn('gil', PASSWORD)
    const change = (current: string, password: string, again = password) =>
      here.submit('/account', '/account/password', { current, password, again })
    expect((await change('wrong wrong', 'a new long one')).status).toBe(401)
    expect((await change(PASSWORD, 'a new long one', 'another')).status).toBe(422)
    expect((await change(PASSWORD, 'short')).status).toBe(422)
    expect((await change(PASSWORD, 'a new long one')).status).toBe(200)
    expect((await here.json('GET', '/api/me')).status).toBe(200)
    expect((await there.json('GET', '/api/me')).status).toBe(401)
    expect((await there.signIn('gil', 'a new long one')).status).toBe(303)
  })
})
