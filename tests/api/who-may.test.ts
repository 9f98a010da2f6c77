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

describe('the audit', () => {
  test('has what was done and what was refused, with the reason, page by page', async () => {
    const operator = served.browser()
    await operator.signIn('operator', PASSWORD)
    const id = 'hq10-7.L1S4DAT1'
    await operator.json('POST', `/api/datasets/${id}/pause`, { seconds: 60, reason: 'SAN swap' })
    await operator.json('POST', `/api/datasets/${id}/run`, { mode: 'REPAIR', planId: 'p-1', reason: 'after the swap' })
    await operator.json('POST', '/api/tokens', { name: 'x' })
    const query = '/api/audit?actor=operator&limit=2'
    const first = await (await operator.send(query)).json()
    expect(first.items.map(({ action, result, code }: Record<string, string>) => [action, result, code])).toEqual([
      ['tokenCreate', 'REFUSED', 'FORBIDDEN_ROLE'],
      ['repair', 'OK', null],
    ])
    expect(first.items[1]).toMatchObject({
      actor: { kind: 'SESSION', name: 'operator', role: 'operator', address: '127.0.0.1' },
      target: id,
      reason: 'after the swap',
      detail: { planId: 'p-1', runId: expect.stringMatching(/^\d+$/) },
    })
    const rest = await (await operator.send(`${query}&cursor=${first.nextCursor}`)).json()
    expect(rest.items[0]).toMatchObject({ action: 'pause', target: id, reason: 'SAN swap', detail: { seconds: 60 } })
    const page = await operator.page('/audit?actor=operator&action=&target=&result=')
    expect(page).toContain('SAN swap')
    expect(page).toMatch(/href="\/runs\/\d+"/)
    expect((await operator.send('/api/audit?cursor=bad')).status).toBe(400)
  })

  test('is text, whatever somebody wrote into it', async () => {
    const evil = '"><script>alert(1)</script>'
    await admin.json('POST', '/api/datasets/hq10-7.L1S4DAT1/pause', { seconds: 60, reason: evil })
    const page = await admin.page('/audit')
    expect(page).toContain('&lt;script>')
    expect(page).not.toContain('<script>alert')
  })

  test('is not for viewers', async () => {
    const viewer = served.browser()
    await viewer.signIn('viewer', PASSWORD)
    expect((await viewer.send('/audit')).status).toBe(403)
    expect((await viewer.json('GET', '/api/audit')).status).toBe(403)
  })
})

test('what destroys needs an admin, and is in the book as such', async () => {
  const operator = served.browser()
  await operator.signIn('operator', PASSWORD)
  const id = 'hq10-7.L1S4DAT1'
  const run = `/api/datasets/${id}/run`
  const bodies = [
    { mode: 'REPAIR', strategy: 'IN_PLACE', planId: 'p-1' },
    { mode: 'REPAIR', planId: 'p-1', confirm: 'hqs7p1/L1S4DAT1', reason: 'agreed' },
  ]
  served.engine.calls.length = 0
  for (const body of bodies) {
    const answer = await operator.json('POST', run, body)
    expect([answer.status, (await answer.json()).code]).toEqual([403, 'FORBIDDEN_ROLE'])
  }
  expect(served.engine.calls).toEqual([])
  expect((await operator.json('POST', run, { mode: 'REPAIR', strategy: 'IN_PLACE', dryRun: true })).status).toBe(200)
  expect((await admin.json('POST', run, bodies[1])).status).toBe(202)
  expect((await book('repairInPlace')).slice(0, 2)).toEqual([
    { who: 'session admin', target: id, result: 'OK', code: null, reason: 'agreed' },
    { who: 'session operator', target: id, result: 'REFUSED', code: 'FORBIDDEN_ROLE', reason: 'agreed' },
  ])
})

describe('behind a proxy that signs people in', () => {
  const proxied = (headers: Record<string, string>, init: RequestInit = {}) =>
    fetch(`${served.url}/api/me`, { ...init, headers })
  const trusting = (trustedProxies: readonly string[]) => {
    const roles = new Map([
      ['ops', 'operator' as const],
      ['bosses', 'admin' as const],
    ])
    const proxy = { userHeader: 'remote-user', groupsHeader: 'remote-groups', roles, defaultRole: null }
    served.configure({ auth: { mode: 'proxy', proxy }, server: { trustedProxies } })
  }
  afterAll(() => served.configure({ server: { trustedProxies: [] } }))

  test('its headers count, the highest group wins', async () => {
    trusting(['127.0.0.0/8'])
    const me = await proxied({
      'remote-user': 'Hanna',
      'remote-groups': 'x, ops ,bosses',
      'x-forwarded-for': '10.1.1.1',
    })
    expect(await me.json()).toEqual({ kind: 'PROXY', name: 'Hanna', role: 'ADMIN', address: '10.1.1.1' })
    expect((await proxied({ 'remote-user': 'Hanna', 'remote-groups': 'x' })).status).toBe(403)
    expect((await proxied({})).status).toBe(401)
    expect((await served.browser().get('/login')).headers.get('location')).toBe('/')
  })

  test('of nobody else, however they say where they come from', async () => {
    trusting(['10.0.0.1'])
    const headers = { 'remote-user': 'admin', 'remote-groups': 'bosses' }
    expect((await proxied(headers)).status).toBe(401)
    expect((await proxied({ ...headers, 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1' })).status).toBe(401)
    // A session from before does not count either.
    expect((await admin.json('GET', '/api/me')).status).toBe(401)
  })

  test('a write must say which page it comes from', async () => {
    trusting(['127.0.0.1'])
    const headers = { 'remote-user': 'hanna', 'remote-groups': 'bosses' }
    const post = (more: Record<string, string>) =>
      fetch(`${served.url}/api/run`, { method: 'POST', headers: { ...headers, ...more } })
    expect((await post({})).status).toBe(403)
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await post({ origin: served.url })).status).toBe(202)
  })

  test('a token works there as well', async () => {
    const { text } = await served.services.access.tokens.create({
      name: 'px',
      role: 'viewer',
      createdBy: 't',
      expiresAt: null,
    })
    expect((await withToken(text, '/api/me')).status).toBe(200)
  })
})

describe('without sign-in', () => {
  afterAll(() => served.configure({}))
  test.each(['viewer', 'operator', 'admin'] as const)('everybody is %s', async (noneRole) => {
    served.configure({ auth: { mode: 'none', noneRole } })
    const me = await (await fetch(`${served.url}/api/me`)).json()
    expect(me).toMatchObject({ kind: 'NONE', name: 'anyone', role: noneRole.toUpperCase() })
    expect((await fetch(`${served.url}/api/run`, { method: 'POST' })).status).toBe(noneRole === 'viewer' ? 403 : 202)
  })
})

test('an address behind a proxy is believed of a trusted one only', async () => {
  const address = async (xff: string) => {
    const operator = served.browser()
    const headers = { 'x-forwarded-for': xff }
    const form = await operator.send('/login', { headers })
    const csrf = /name="csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
    await operator.form('/login', { csrf, name: 'operator', password: PASSWORD }, headers)
    const { items } = await served.services.store.audit({ action: ['login'], limit: 1 })
    return items[0]?.actor.address
  }
  expect(await address('1.2.3.4')).toBe('127.0.0.1')
  served.configure({ server: { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] } })
  expect(await address('6.6.6.6, 1.2.3.4, 10.0.0.7')).toBe('1.2.3.4')
  expect(await address('nonsense')).toBe('127.0.0.1')
  served.configure({ server: { trustedProxies: [] } })
})

test('more than 120 writes in a minute wait, each actor for itself', async () => {
  const { tokens } = served.services.access
  const [busy, calm] = await Promise.all(
    ['busy', 'calm'].map((name) => tokens.create({ name, role: 'operator', createdBy: 't', expiresAt: null })),
  )
  const statuses: number[] = []
  for (let at = 0; at < 125; at++)
    statuses.push((await withToken(busy?.text ?? '', '/api/run', { method: 'POST' })).status)
  expect(statuses.filter((status) => status === 202)).toHaveLength(120)
  const refused = await withToken(busy?.text ?? '', '/api/run', { method: 'POST' })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect((await withToken(busy?.text ?? '', '/api/status')).status).toBe(200)
  expect((await withToken(calm?.text ?? '', '/api/run', { method: 'POST' })).status).toBe(202)
  served.world.ahead += 1000
  expect((await withToken(busy?.text ?? '', '/api/run', { method: 'POST' })).status).toBe(202)
})

test('an event stream ends when who reads it may no longer', async () => {
  const { tokens, stillAllowed } = served.services.access
  const { record, text } = await tokens.create({ name: 'stream', role: 'viewer', createdBy: 't', expiresAt: null })
  const request = new Request(`${served.url}/api/events`, { headers: { authorization: `Bearer ${text}` } })
  const actor = { kind: 'token' as const, name: 'stream', role: 'viewer' as const, address: null, userAgent: null }
  expect(await stillAllowed(request, actor)).toBe(true)
  await tokens.revoke(record.id)
  expect(await stillAllowed(request, actor)).toBe(false)

  const viewer = served.browser()
  await viewer.signIn('viewer', PASSWORD)
  const { host } = new URL(served.url)
  const ours = new Request(`${served.url}/api/events`, { headers: { cookie: viewer.cookies, host } })
  const session = { ...actor, kind: 'session' as const }
  expect(await stillAllowed(ours, session)).toBe(true)
  await viewer.submit('/account', '/logout', {})
  expect(await stillAllowed(ours, session)).toBe(false)
})
