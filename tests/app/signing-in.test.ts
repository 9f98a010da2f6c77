import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Browser } from '#tests/witness/browser.ts'
import type { Body } from '#tests/witness/client.ts'
import { EventStream } from '#tests/witness/event-stream.ts'
import type { Service } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/* The service as it is installed: nobody is there yet, and whoever comes over the network must sign in. */
const PASSWORD = 'three words long'
let world: World
let service: Service
let id = ''

beforeAll(async () => {
  world = await World.open()
  world.dataset('data', 2, { onBackup: 2 })
  id = world.id('data')
  service = world.service(world.yaml({ datasets: { data: {} }, auth: { mode: 'password' } }))
  await service.start()
})
afterAll(() => world.close())

const url = (): string => service.url ?? ''
const log = (): Promise<string> => Bun.file(join(service.home.directory, 'stdout.log')).text()
const audit = async (query: string): Promise<readonly Body[]> => (await service.get(`/api/audit?${query}`)).items

test('the first start: a link in the log, the first admin, and signed in', async () => {
  await until('the link is in the log', 20, async () => (await log()).includes('/setup?token='))
  const link = /\/setup\?token=([\w-]{43})/.exec(await log())
  const browser = new Browser(url())
  expect((await browser.get('/')).headers.get('location')).toStartWith('/setup')
  const fields = { token: link?.[1] ?? '', name: 'anna', password: PASSWORD, again: PASSWORD }
  expect((await browser.submit(link?.[0] ?? '', '/setup', fields)).status).toBe(303)
  expect((await browser.get('/')).status).toBe(200)
  expect(await audit('action=setup')).toMatchObject([
    { actor: { kind: 'SESSION', name: 'anna', address: '127.0.0.1' }, result: 'OK' },
  ])
})

test('loopback is no longer enough: a stranger on this machine gets 401, and starts nothing', async () => {
  for (const [method, path] of [
    ['GET', '/api/status'],
    ['POST', '/api/run'],
    ['POST', `/api/datasets/${id}/run`],
  ] as const) {
    const answer = await fetch(`${url()}${path}`, { method })
    expect([path, answer.status]).toEqual([path, 401])
  }
})

test('a session survives a restart; the link of a first start does not come again', async () => {
  const browser = new Browser(url())
  await browser.signIn('anna', PASSWORD)
  const before = new URL(url()).port
  await service.kill()
  await service.start()
  const again = new Browser(url())
  // The cookie is named after the port, which this start has chosen anew.
  const cookie = browser.cookies.replace(`zwitness-${before}=`, `zwitness-${new URL(url()).port}=`)
  const me = await again.send('/api/me', { headers: { cookie, accept: 'application/json' } })
  expect(await me.json()).toMatchObject({ kind: 'SESSION', name: 'anna', role: 'ADMIN' })
  // One, of the first start.
  expect((await service.get('/api/logs?q=setup%3Ftoken%3D')).items).toHaveLength(1)
})

test('users and tokens by the command line; a token over the network may what its role may', async () => {
  const file = join(service.home.directory, 'password')
  writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 })
  expect((await service.cli('user', 'add', 'otto', '--role', 'operator', '--password-file', file)).code).toBe(0)
  expect((await service.cli('user', 'list', '--json')).json()).toMatchObject({
    items: [
      { name: 'anna', role: 'ADMIN' },
      { name: 'otto', role: 'OPERATOR' },
    ],
  })
  const made = await service.cli('token', 'create', 'report', '--expires', '30d')
  const token = made.out.trim()
  expect(token).toMatch(/^zwt_/)
  const reading = await service.cli('status', '--json', '--url', url(), '--token', token)
  expect(reading.json()).toMatchObject({ schema: 'status/1' })
  const writing = await service.cli('pause', id, '--url', url(), '--token', token)
  expect([writing.code, writing.err.includes('needs the role operator')]).toEqual([8, true])
  expect((await service.cli('status', '--url', url())).code).toBe(8)
  expect((await service.cli('token', 'revoke', 'report')).code).toBe(0)
  expect((await service.cli('status', '--url', url(), '--token', token)).code).toBe(8)
  expect(await audit('action=userAdd,tokenCreate,tokenRevoke')).toMatchObject([
    { action: 'tokenRevoke', actor: { kind: 'SOCKET', name: 'local' } },
    { action: 'tokenCreate', detail: { role: 'VIEWER', days: 30 } },
    { action: 'userAdd', target: 'otto' },
  ])
})

test('who asked for a run is on record, whichever way they came', async () => {
  const otto = new Browser(url())
  await otto.signIn('otto', PASSWORD)
  const byWeb = (await (
    await otto.json('POST', `/api/datasets/${id}/run`, { mode: 'CHECK', reason: 'look' })
  ).json()) as Body
  await service.ended(byWeb.id)
  const { out } = await service.cli('token', 'create', 'ci', '--role', 'operator')
  const sent = await fetch(`${url()}/api/run`, { method: 'POST', headers: { authorization: `Bearer ${out.trim()}` } })
  const byToken = (await sent.json()) as Body
  await service.ended(byToken.id)
  await service.cli('check', id, '--wait')
  const { items } = await service.get('/api/runs?limit=3')
  expect(items.map(({ trigger }: Body) => trigger.by)).toEqual(['cli', 'api: token ci', 'web: otto'])
  expect(await audit(`target=${id}&actor=otto`)).toMatchObject([
    { action: 'check', reason: 'look', detail: { runId: byWeb.id } },
  ])
})

test('a stream ends when its session does', async () => {
  const otto = new Browser(url())
  await otto.signIn('otto', PASSWORD)
  const stream = new EventStream(`${url()}/api/events`, { cookie: otto.cookies })
  expect(await stream.next('hello')).toMatchObject({ role: 'OPERATOR' })
  await otto.submit('/account', '/logout', {})
  await until('the stream has ended', 40, () => stream.ended)
  await stream.close()
})

test('a reload by signal is in the book; a user of the file can sign in from then on', async () => {
  const hash = (
    await service.cli('user', 'hash', '--password-file', join(service.home.directory, 'password'))
  ).out.trim()
  const users = { frida: { role: 'viewer', password_hash: hash } }
  service.home.configure(world.yaml({ datasets: { data: {} }, auth: { users } }))
  service.signal('SIGHUP')
  await until('frida can sign in', 20, async () => (await new Browser(url()).signIn('frida', PASSWORD)).status === 303)
  expect((await audit('action=configReload'))[0]).toMatchObject({
    actor: { kind: 'SOCKET', name: 'SIGHUP' },
    result: 'OK',
  })
  const shown = JSON.stringify(await service.get('/api/config'))
  expect(shown).not.toContain('argon2id')
  expect(shown).toContain('frida')
})

test('sixty strangers who never stop guessing keep nobody out whose browser signed in before', async () => {
  const anna = new Browser(url())
  expect((await anna.signIn('anna', PASSWORD)).status).toBe(303)
  await anna.submit('/account', '/logout', {})
  // Whoever says so is believed to be at another address each time.
  service.home.configure(
    `${world.yaml({ datasets: { data: {} }, auth: { mode: 'password' } })}server: { trusted_proxies: [127.0.0.1] }\n`,
  )
  await service.cli('config', 'reload')
  const before = (await audit('limit=500')).length
  let at = 0
  const over = new AbortController()
  const seen = { refused: 0, turnedAway: 0, other: 0 }
  let hers = 0
  const stranger = async (): Promise<void> => {
    const browser = new Browser(url())
    const csrf = /name="csrf" value="([^"]+)"/.exec(await browser.page('/login'))?.[1] ?? ''
    while (!over.signal.aborted) {
      at += 1
      // Half of them at the account of somebody, half at any name.
      const fields = { csrf, name: at % 2 === 0 ? 'anna' : `name${at}`, password: 'guess guess' }
      const address = { 'x-forwarded-for': `2001:db8:${(at >> 8).toString(16)}:${(at & 255).toString(16)}::1` }
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: url(), ...address }
      const body = new URLSearchParams(fields).toString()
      const answer = await browser
        .send('/login', { method: 'POST', headers, body, signal: over.signal })
        .catch((error: unknown) => (over.signal.aborted ? null : Promise.reject(error)))
      if (answer === null) return
      const { status } = answer
      if (status === 401) seen.refused += 1
      else if (status === 429) seen.turnedAway += 1
      else seen.other += 1
    }
  }
  const strangers = Array.from({ length: 60 }, stranger)
  try {
    await until('all of them are at it', 120, () => at > 120 && seen.refused > 5)
    for (let visit = 0; visit < 5; visit++) {
      expect((await anna.signIn('anna', PASSWORD)).status).toBe(303)
      await anna.submit('/account', '/logout', {})
      hers += 1
    }
    // A new browser of hers waits as soon as they have guessed five times at her account.
    await until('a new browser of hers waits', 120, async () => {
      const { status } = await new Browser(url()).signIn('anna', PASSWORD)
      if (status === 303) hers += 1
      return status === 429
    })
    // Another user's is only one of many: it waits for its turn, and is not counted as a failure.
    expect((await new Browser(url()).signIn('otto', PASSWORD)).status).toBe(303)
  } finally {
    over.abort()
    await Promise.all(strangers)
  }
  expect(seen.other).toBe(0)
  expect(seen.turnedAway).toBeGreaterThan(20)
  const entries = (await audit('limit=500')).slice(0, -before)
  expect(entries.length).toBeLessThan(150)
  expect(entries.filter(({ target, result }) => target === 'anna' && result === 'OK')).toHaveLength(hers)
})

test('no secret is in the log, and none in the database', async () => {
  const kept =
    (await log()) + JSON.stringify(await service.get('/api/logs?limit=1000')) + JSON.stringify(await audit('limit=500'))
  expect(kept).not.toContain(PASSWORD)
  expect(kept).not.toMatch(/zwt_[0-9a-f]{10}_/)
  await service.stop()
  const files = await Array.fromAsync(new Bun.Glob('zwitness.db*').scan(service.home.data))
  for (const file of files) {
    const bytes = Buffer.from(await Bun.file(join(service.home.data, file)).arrayBuffer()).toString('latin1')
    expect(bytes.includes(PASSWORD)).toBe(false)
    expect(/zwt_[0-9a-f]{10}_[0-9a-f]{48}/.test(bytes)).toBe(false)
  }
})
