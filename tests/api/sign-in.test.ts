import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from 'bun:test'
import { costOf, USUAL_COST } from '#config/password-cost.ts'
import { addUsers, closedSound, PASSWORD, type Served, servedFake } from './served-fake.ts'

setDefaultTimeout(600_000)

let served: Served
beforeAll(async () => {
  served = await servedFake()
})
afterAll(() => closedSound(served))

const location = (answer: Response): string | null => answer.headers.get('location')

/** What the book says of an action, newest first. */
async function book(action: string) {
  const { items } = await served.services.store.audit({ action: [action], limit: 20 })
  return items.map(({ actor, target, result, code }) => [actor.kind, actor.name, target, result, code])
}

describe('before there is a user', () => {
  test('pages lead to the set-up, the API says so, health answers, nothing else does', async () => {
    const browser = served.browser()
    for (const path of ['/', '/audit', '/account'])
      expect(location(await browser.get(path))).toStartWith('/setup?next=')
    expect(location(await browser.get('/login'))).toBe('/setup')
    const api = await browser.send('/api/status', { headers: { accept: 'application/json' } })
    expect([api.status, (await api.json()).code, api.headers.get('retry-after')]).toEqual([503, 'SETUP_REQUIRED', '60'])
    const write = await browser.json('POST', '/api/run', {})
    expect([write.status, (await write.json()).code]).toEqual([503, 'SETUP_REQUIRED'])
    expect((await browser.get('/healthz')).status).toBe(200)
    expect(await browser.page('/setup')).toContain('newest line with')
    expect(served.engine.calls).toEqual([])
  })

  test('the link of the log makes one admin, who is signed in; it is good once', async () => {
    await served.services.access.setup.announce(served.url)
    const link = /(\/setup\?token=\S+)/.exec(served.world.said[0] ?? '')?.[1] ?? ''
    const token = link.split('=')[1] ?? ''
    expect(served.world.said).toHaveLength(1)
    expect(token).toHaveLength(43)

    const browser = served.browser()
    expect(await browser.page('/setup?token=wrong')).toContain('This link is not good')
    const fields = { token, name: 'Anna', password: PASSWORD, again: PASSWORD }
    const refusals = [
      await browser.submit(link, '/setup', { ...fields, again: 'another one' }),
      await browser.submit(link, '/setup', { ...fields, password: 'short', again: 'short' }),
      await browser.submit(link, '/setup', { ...fields, name: 'a b' }),
      await browser.submit(link, '/setup', { ...fields, token: 'x'.repeat(43) }),
      await browser.form('/setup', { ...fields, csrf: 'wrong' }),
    ]
    expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422, 403, 403])
    expect(await refusals[0]?.text()).toContain('The two passwords are not the same.')

    const made = await browser.submit(link, '/setup', fields)
    expect([made.status, location(made)]).toEqual([303, '/'])
    expect(await (await browser.send('/api/me')).json()).toMatchObject({ kind: 'SESSION', name: 'anna', role: 'ADMIN' })
    expect(location(await served.browser().get(link))).toBe('/login')
    const again = await served.browser().form('/setup', { ...fields, name: 'eve', csrf: '' })
    expect(again.status).toBe(403)
    expect((await served.services.access.users.list()).map(({ name }) => name)).toEqual(['anna'])
    expect(await book('setup')).toEqual([
      ['session', 'anna', 'anna', 'OK', null],
      ['none', 'anonymous', null, 'REFUSED', 'BAD_LINK'],
    ])
  })
})

describe('signing in', () => {
  beforeAll(() => addUsers(served))

  test('leads on to where one wanted to go, with a cookie that scripts and other sites do not get', async () => {
    const browser = served.browser()
    expect(location(await browser.get('/audit?actor=x'))).toBe('/login?next=%2Faudit%3Factor%3Dx')
    const form = '/login?next=%2Faudit%3Factor%3Dx'
    const page = await browser.page(form)
    expect(page).toContain('name="next" value="/audit?actor=x"')
    expect(page).not.toMatch(/<script>|style="/)
    const answer = await browser.submit(form, '/login', {
      name: ' Operator',
      password: PASSWORD,
      next: '/audit?actor=x',
    })
    expect([answer.status, location(answer)]).toEqual([303, '/audit?actor=x'])
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('zwitness-'))
    expect(cookie).toMatch(/^zwitness-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
    expect((await browser.get('/audit')).status).toBe(200)
    expect(location(await browser.get('/login'))).toBe('/')
    expect((await book('login'))[0]).toEqual(['session', 'operator', 'operator', 'OK', null])
  })

  test.each([
    ['//evil.example', '/'],
    ['https://evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/..//evil.example', '/'],
    ['/\r\n/evil.example', '/'],
    ['/login', '/'],
    ['/./login?next=/audit', '/'],
    ['/api/status', '/'],
    ['/a/../api/status', '/'],
    ['javascript:alert(1)', '/'],
    ['/datasets/☃', '/datasets/%E2%98%83'],
    ['/audit\r\nSet-Cookie: a=b', '/auditSet-Cookie:%20a=b'],
    ['/audit?actor=\0x', '/audit?actor=%00x'],
  ])('with next %j it leads to %s, and the sign-in is good', async (next, to) => {
    const browser = served.browser()
    const answer = await browser.submit('/login', '/login', { name: 'viewer', password: PASSWORD, next })
    expect([answer.status, location(answer)]).toEqual([303, to])
    expect((await browser.json('GET', '/api/me')).status).toBe(200)
    // Who is signed in already is sent on by the page.
    expect(location(await browser.get(`/login?${new URLSearchParams({ next })}`))).toBe(to)
  })

  test('a next that would be too long for a header leads to the first page', async () => {
    const next = `/audit?actor=${'☃'.repeat(1900)}`
    const answer = await served.browser().submit('/login', '/login', { name: 'viewer', password: PASSWORD, next })
    expect([answer.status, location(answer)]).toEqual([303, '/'])
  })

  test('a wrong password and a wrong name look the same, and no typed name ends in the book', async () => {
    const texts: string[] = []
    for (const name of ['viewer', 'my-secret-password']) {
      const answer = await served.browser().submit('/login', '/login', { name, password: 'wrong wrong' })
      expect(answer.status).toBe(401)
      texts.push((await answer.text()).replaceAll(name, '').replaceAll(/value="[\w-]{43}"/g, ''))
    }
    expect(texts[0]).toContain('The name or the password is wrong.')
    expect(texts[0]).toBe(texts[1] as string)
    expect((await book('login')).slice(0, 2)).toEqual([
      ['none', 'anonymous', null, 'REFUSED', 'BAD_LOGIN'],
      ['none', 'anonymous', 'viewer', 'REFUSED', 'BAD_LOGIN'],
    ])
  })

  test('no page tells strangers version, clock or zone; people who are signed in see them', async () => {
    const { version, commit } = served.services.about
    for (const path of ['/login', '/nothing-there']) {
      const page = await served.browser().page(path)
      expect(page).toContain('>zwitness</span></footer>')
      expect(page).not.toMatch(new RegExp(`data-facts|Times in|${commit}|${RegExp.escape(version)}`))
    }
    const viewer = served.browser()
    await viewer.signIn('viewer', PASSWORD)
    expect(await viewer.page('/account')).toMatch(new RegExp(`data-facts=.*>zwitness ${version}</span>`, 's'))
  })

  test('a name that is not there, and a password that is too long, take their turn like every other', async () => {
    const checked = spyOn(Bun.password, 'verify')
    try {
      for (const [name, password] of [
        ['viewer', 'wrong wrong'],
        ['nobody-here', 'wrong wrong'],
        ['viewer', 'x'.repeat(900)],
      ] as const)
        expect((await served.browser().signIn(name, password)).status).toBe(401)
      const costs = checked.mock.calls.map(([password, hash]) => [String(password).length <= 200, costOf(String(hash))])
      expect(costs).toEqual([1, 2, 3].map(() => [true, USUAL_COST]))
    } finally {
      checked.mockRestore()
    }
  })

  test('over TLS the cookie is for TLS alone, and cannot be planted by a neighbour', async () => {
    served.configure({ server: { publicUrl: 'https://witness.example' } })
    const headers = { host: 'witness.example', origin: 'https://witness.example' }
    const page = await served.browser().send('/login', { headers })
    expect(page.headers.getSetCookie()[0]).toMatch(
      /^__Host-zwitness-form=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect(await served.browser().page('/login')).toContain('You came here without TLS')
    served.configure({ server: { publicUrl: null } })
  })

  test('signing out ends the session itself, not only the cookie', async () => {
    const browser = served.browser()
    await browser.signIn('viewer', PASSWORD)
    const thief = served.browser().steal(browser)
    expect((await thief.send('/api/me')).status).toBe(200)
    const answer = await browser.submit('/account', '/logout', {})
    expect([answer.status, location(answer), browser.cookie(/^zwitness-\d+$/)]).toEqual([303, '/login', null])
    expect((await thief.send('/api/me', { headers: { accept: 'application/json' } })).status).toBe(401)
    expect((await book('logout'))[0]).toEqual(['session', 'viewer', null, 'OK', null])
  })
})

describe('a session ends', () => {
  const me = async (browser: ReturnType<Served['browser']>) =>
    (await browser.send('/api/me', { headers: { accept: 'application/json' } })).status

  test.each([
    ['when nobody uses it', 12 * 3600_000 + 1000, 401],
    ['not a little earlier', 11 * 3600_000, 200],
  ])('%s', async (_, later, status) => {
    const browser = served.browser()
    await browser.signIn('viewer', PASSWORD)
    served.world.ahead += later
    expect(await me(browser)).toBe(status)
  })

  test('after a week even when it is used', async () => {
    const browser = served.browser()
    await browser.signIn('viewer', PASSWORD)
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      served.world.ahead += 6 * 3600_000
      expect(await me(browser)).toBe(200)
    }
    served.world.ahead += 6 * 3600_000 + 1000
    expect(await me(browser)).toBe(401)
  })

  test('with another password, with its user; a changed role counts at once', async () => {
    const { users } = served.services.access
    await users.add({ name: 'carl', role: 'viewer', password: PASSWORD })
    const browser = served.browser()
    await browser.signIn('carl', PASSWORD)
    await users.change('carl', { role: 'operator' })
    expect(await (await browser.send('/api/me')).json()).toMatchObject({ role: 'OPERATOR' })
    await users.change('carl', { password: 'another long one' })
    expect(await me(browser)).toBe(401)
    await browser.signIn('carl', 'another long one')
    expect(await me(browser)).toBe(200)
    await users.remove('carl')
    expect(await me(browser)).toBe(401)
  })
})

describe('guessing', () => {
  test('waits: five tries of an account, then longer and longer, right password or not', async () => {
    await served.services.access.users.add({ name: 'dora', role: 'viewer', password: PASSWORD })
    const tries: number[] = []
    // A hundred at once count as a hundred.
    const answers = await Promise.all(Array.from({ length: 8 }, () => served.browser().signIn('dora', 'guess guess')))
    for (const { status } of answers) tries.push(status)
    expect(tries.filter((status) => status === 401)).toHaveLength(5)
    expect(tries.filter((status) => status === 429)).toHaveLength(3)
    const blocked = await served.browser().signIn('dora', PASSWORD)
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '5'])
    expect(await blocked.text()).toContain('Try again in 5 seconds.')
    // One entry for the wait, however many run into it.
    const limited = (await book('login')).filter(([, , , , code]) => code === 'RATE_LIMITED')
    expect(limited).toEqual([['none', 'anonymous', 'dora', 'REFUSED', 'RATE_LIMITED']])
    served.world.ahead += 5_000
    expect((await served.browser().signIn('dora', 'guess guess')).status).toBe(401)
    expect((await served.browser().signIn('dora', PASSWORD)).headers.get('retry-after')).toBe('10')
    served.world.ahead += 10_000
    expect((await served.browser().signIn('dora', PASSWORD)).status).toBe(303)
  })

  test('of many accounts from one address waits too', async () => {
    const statuses: number[] = []
    for (let at = 0; at < 14; at++) statuses.push((await served.browser().signIn(`nobody${at}`, 'guess guess')).status)
    expect(statuses.slice(-4)).toEqual([429, 429, 429, 429])
    served.world.ahead += 3_600_000
  })
})
