import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from 'bun:test'
import { costOf, USUAL_COST } from '#config/password-cost.ts'
import { until } from '#tests/witness/until.ts'
import { addUsers, PASSWORD, type Served, servedFake } from './access-fake.ts'

setDefaultTimeout(600_000)

let served: Served
beforeAll(async () => {
  served = await servedFake()
})
afterAll(async () => {
  expect(served.world.errors).toEqual([])
  await served.close()
})

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

describe('a browser that signed in before', () => {
  const cookie = /^zwitness-browser-\d+$/
  let known: ReturnType<Served['browser']>
  // Cheap: there is much to sign in here.
  const cheapHash = () => Bun.password.hash(PASSWORD, { algorithm: 'argon2id', memoryCost: 1024, timeCost: 1 })
  let passwordHash = ''
  const gina = async (hash: string) => {
    const { store } = served.services
    const changed = await store.changeUser('gina', { passwordHash: hash }, 0, () => ({ names: [], hasAdmin: true }))
    if (changed === 'changed') return
    await store.addUser({ name: 'gina', role: 'operator', passwordHash: hash, createdAt: 0, changedAt: 0 })
  }

  /** Strangers guess at the account until it waits; the address they come from, which is everybody's here, waits too. */
  async function guessedAt(name: string): Promise<void> {
    await Promise.all(Array.from({ length: 5 }, () => served.browser().signIn(name, 'guess guess')))
    expect((await served.browser().signIn(name, PASSWORD)).status).toBe(429)
  }
  const enters = async (browser: ReturnType<Served['browser']>, name: string, password = PASSWORD) => {
    const { status } = await browser.signIn(name, password)
    return status === 303
  }

  beforeAll(async () => {
    served.world.ahead += 3_600_001
    passwordHash = await cheapHash()
    await gina(passwordHash)
    known = served.browser()
    await known.signIn('gina', PASSWORD)
    await known.submit('/account', '/logout', {})
  })
  afterEach(async () => {
    served.world.ahead += 3_600_001
    await gina(passwordHash)
  })

  test('is told so by a cookie that opens nothing, and is another one after each sign-in', async () => {
    const set = (await known.signIn('gina', PASSWORD)).headers.getSetCookie().find((line) => line.includes('browser'))
    expect(set).toMatch(/^zwitness-browser-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000$/)
    await known.submit('/account', '/logout', {})
    const before = known.cookie(cookie)
    expect((await known.json('GET', '/api/me')).status).toBe(401)
    expect(await enters(known, 'gina')).toBe(true)
    expect(known.cookie(cookie)).not.toBe(before)
    await known.submit('/account', '/logout', {})
    // Who has copied the old one is a stranger.
    await guessedAt('gina')
    const headers = { cookie: `${known.cookies}; zwitness-browser-${new URL(served.url).port}=${before}` }
    const csrf = /name="csrf" value="([^"]+)"/.exec(await known.page('/login'))?.[1] ?? ''
    const old = { ...headers, cookie: headers.cookie.replace(known.cookie(cookie) ?? '', before ?? '') }
    expect((await known.form('/login', { csrf, name: 'gina', password: PASSWORD }, old)).status).toBe(429)
    expect(await enters(known, 'gina')).toBe(true)
    await known.submit('/account', '/logout', {})
  })

  test('gets in while strangers guess at the account, for its own user only, and waits for its own guesses', async () => {
    for (const name of ['gina', 'viewer']) await guessedAt(name)
    expect(await enters(known, 'viewer')).toBe(false)
    expect(await enters(known, 'gina')).toBe(true)
    await known.submit('/account', '/logout', {})
    // The strangers have gained nothing by it.
    expect(await enters(served.browser(), 'gina')).toBe(false)
    for (let at = 0; at < 5; at++) expect((await known.signIn('gina', 'guess guess')).status).toBe(401)
    expect((await known.signIn('gina', PASSWORD)).headers.get('retry-after')).toBe('5')
    expect((await book('login')).slice(0, 2).map(([, , target, , code]) => [target, code])).toEqual([
      ['gina', 'RATE_LIMITED'],
      ['gina', 'BAD_LOGIN'],
    ])
  })

  test('may be that of several users', async () => {
    expect(await enters(known, 'operator')).toBe(true)
    await known.submit('/account', '/logout', {})
    await guessedAt('gina')
    await guessedAt('operator')
    for (const name of ['gina', 'operator']) {
      expect(await enters(known, name)).toBe(true)
      await known.submit('/account', '/logout', {})
    }
  })

  test('and is signed in changes its password while strangers guess', async () => {
    expect(await enters(known, 'gina')).toBe(true)
    await guessedAt('gina')
    const fields = { current: PASSWORD, password: 'another long one', again: 'another long one' }
    expect((await known.submit('/account', '/account/password', fields)).status).toBe(200)
    await known.submit('/account', '/logout', {})
    expect(await enters(known, 'gina', 'another long one')).toBe(true)
  })

  test.each<[string, (other: ReturnType<Served['browser']>) => Promise<unknown>]>([
    ['another password', () => served.services.access.users.change('gina', { password: PASSWORD })],
    [
      'removal, though the user is made again',
      async () => {
        await served.services.access.users.remove('gina')
        await gina(await cheapHash())
      },
    ],
    ['signing out all others', (other) => other.submit('/account', '/account/sessions', { others: 'true' })],
    [
      'being signed out by its owner from elsewhere',
      async (other) => {
        const { items } = await (await other.json('GET', '/api/sessions')).json()
        const [{ id }] = items.filter(({ current }: { current: boolean }) => !current)
        return other.json('DELETE', `/api/sessions/${id}`)
      },
    ],
    [
      'three months without a visit',
      async () => {
        served.world.ahead += 91 * 86_400_000
      },
    ],
  ])('is a stranger after %s', async (_, happens) => {
    const browser = served.browser()
    const other = served.browser()
    expect([await enters(browser, 'gina'), await enters(other, 'gina')]).toEqual([true, true])
    await happens(other)
    await guessedAt('gina')
    expect(await enters(browser, 'gina')).toBe(false)
  })

  test('does not fill the book by signing in over and over', async () => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await known.page('/login'))?.[1] ?? ''
    const again = { headers: { cookie: known.cookies }, statuses: [] as number[] }
    for (let at = 0; at < 125; at++) {
      const fields = { csrf, name: 'gina', password: PASSWORD }
      again.statuses.push((await served.browser().form('/login', fields, again.headers)).status)
    }
    expect(again.statuses.filter((status) => status === 303)).toHaveLength(120)
    expect(again.statuses.slice(-5)).toEqual([429, 429, 429, 429, 429])
  })

  test('of a flood of strangers the book has a few entries, and says how many there were', async () => {
    const count = async () => (await served.services.store.audit({ limit: 500 })).items.length
    await guessedAt('gina')
    const before = await count()
    const stranger = served.browser()
    const csrf = /name="csrf" value="([^"]+)"/.exec(await stranger.page('/login'))?.[1] ?? ''
    const flood = Array.from({ length: 300 }, (_, at) =>
      stranger.form('/login', { csrf, name: at % 2 === 0 ? 'gina' : `nobody${at}`, password: 'guess guess' }),
    )
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    const attempts = statuses.filter((status) => status === 429).length
    expect(attempts).toBeGreaterThan(290)
    expect((await count()) - before).toBeLessThan(12)
    expect(await enters(served.browser(), 'admin')).toBe(false)
    served.world.ahead += 900_000
    expect(await enters(served.browser(), 'admin')).toBe(true)
    const { items } = await served.services.store.audit({ limit: (await count()) - before })
    expect(items[0]).toMatchObject({ result: 'OK', target: 'admin' })
    expect(items[1]).toMatchObject({ actor: { kind: 'none' }, target: null, result: 'REFUSED', code: 'RATE_LIMITED' })
    // Those with an entry, and those that are only counted.
    type Counted = { attempts: number; at: Record<string, number> }
    const counted = items.flatMap(({ detail }) => (detail.alsoRefused as unknown as Counted | undefined) ?? [])
    const inAll = counted.reduce((sum, { attempts: some }) => sum + some, 0)
    expect(inAll + items.filter(({ result }) => result === 'REFUSED').length - 1).toBe(301)
    expect(counted.reduce((sum, { at }) => sum + (at.gina ?? 0), 0)).toBeGreaterThan(100)
    expect(JSON.stringify(items)).not.toContain('nobody')
  })

  test('from where somebody signed in before takes its turn before strangers, though they wait in every place', async () => {
    served.configure({ server: { trustedProxies: ['127.0.0.1'] } })
    const from = (browser: ReturnType<Served['browser']>, address: string, name: string, signal?: AbortSignal) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: served.url }
      const body = new URLSearchParams({ csrf, name, password: PASSWORD }).toString()
      const asked = { method: 'POST', headers: { ...headers, 'x-forwarded-for': address }, body, signal }
      return browser.send('/login', asked)
    }
    const stranger = served.browser()
    const csrf = /name="csrf" value="([^"]+)"/.exec(await stranger.page('/login'))?.[1] ?? ''
    const cookies = stranger.cookies
    await from(stranger, '10.9.9.9', 'operator')
    const over = new AbortController()
    const answers: number[] = []
    const strangers = Array.from({ length: 130 }, async (_, at) => {
      const asked = from(served.browser().take(cookies), `2001:db8:9:${at.toString(16)}::1`, `nobody${at}`, over.signal)
      await asked.then(({ status }) => answers.push(status)).catch(() => expect(over.signal.aborted).toBe(true))
    })
    await until('no place is left', 60, () => answers.filter((status) => status === 429).length >= 15)
    // Another browser, the same network.
    expect((await from(served.browser().take(cookies), '10.9.9.9', 'operator')).status).toBe(303)
    expect(answers.filter((status) => status === 401).length).toBeLessThan(50)
    over.abort()
    await Promise.all(strangers)
    served.configure({})
  })
})
