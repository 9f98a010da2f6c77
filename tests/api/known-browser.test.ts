import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { until } from '#tests/witness/until.ts'
import { addUsers, bookOf, closedSound, PASSWORD, type Served, servedFake } from './served-fake.ts'

setDefaultTimeout(600_000)

let served: Served
beforeAll(async () => {
  served = await servedFake()
  await addUsers(served)
})
afterAll(() => closedSound(served))

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
    expect((await bookOf(served, 'login')).slice(0, 2).map(({ target, code }) => [target, code])).toEqual([
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
