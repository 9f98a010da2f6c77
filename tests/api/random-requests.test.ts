import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { connect } from 'node:net'
import fc from 'fast-check'
import type { AccessRole } from '#config/effective.ts'
import type { NewToken } from '#lib/auth/tokens.ts'
import type { LoadedPage, LoadedRoute } from '#lib/runtime/tree.ts'
import { PASSWORD, type Served, servedFake } from './served-fake.ts'

/*
 * Requests of everybody to everything, right in one thing and wrong in another: there is an answer to each, and none is 500.
 * 20,000 go through the whole application in this process, with the address as the server hands it on, unjudged; 500 more
 * go over a socket as bytes. `FC_SEED=n` makes others.
 */
setDefaultTimeout(600_000)

const IN_PROCESS = 20_000
const ON_THE_WIRE = 500
const HOST = '127.0.0.1:8080'
const ORIGIN = `http://${HOST}`

const ROLES: readonly AccessRole[] = ['viewer', 'operator', 'admin']
let served: Served
let places: readonly (LoadedRoute | LoadedPage)[] = []
/** Cookie and form token, or header, of everybody there is. */
let people: readonly Person[] = []

interface Person {
  readonly headers: Readonly<Record<string, string>>
  readonly csrf: string
}

let hash = ''
beforeAll(async () => {
  served = await servedFake()
  hash = await Bun.password.hash(PASSWORD, { algorithm: 'argon2id', memoryCost: 8, timeCost: 1 })
  const { tree } = served.runtime
  places = [...tree.routes, ...tree.pages]
})

/** Anew now and then: in between some sign out, are removed, lose their role or their token. */
async function everybody(round: number): Promise<void> {
  const { store } = served.services
  const at = served.services.now()
  for (const role of ROLES) {
    await store.addUser({ name: role, role, passwordHash: hash, createdAt: at, changedAt: at })
    await store.changeUser(role, { role, passwordHash: hash }, at, () => ({ names: [], hasAdmin: true }))
  }
  const sessions = await Promise.all(ROLES.map(sessionOf))
  const tokens = await Promise.all([
    ...ROLES.map((role) => tokenOf(`${role} ${round}`, role, { kind: 'socket', name: 'local', role: 'admin' })),
    tokenOf(`clamped ${round}`, 'admin', { kind: 'session', name: 'viewer', role: 'admin' }),
    orphanedToken(round),
  ])
  people = [
    { headers: {}, csrf: '' },
    { headers: { cookie: 'zwitness-8080=junk; zwitness-form=' }, csrf: 'junk' },
    { headers: { authorization: 'Bearer zwt_0000000000_' }, csrf: '' },
    ...sessions,
    ...tokens,
    // Behind whose door the most is.
    ...sessions.slice(1),
    ...tokens.slice(1, 3),
  ]
}
afterAll(() => served.close())

async function tokenOf(name: string, role: AccessRole, maker: NonNullable<NewToken['maker']>): Promise<Person> {
  const wanted = { name, role, createdBy: maker.name, maker, expiresAt: null }
  const { text } = await served.services.access.tokens.create(wanted)
  return { headers: { authorization: `Bearer ${text}` }, csrf: '' }
}

/** Of somebody who was removed. */
async function orphanedToken(round: number): Promise<Person> {
  const { store } = served.services
  const at = served.services.now()
  await store.addUser({ name: 'gone', role: 'admin', passwordHash: hash, createdAt: at, changedAt: at })
  const token = await tokenOf(`orphaned ${round}`, 'admin', { kind: 'session', name: 'gone', role: 'admin' })
  await store.removeUser('gone', at, () => ({ names: [], hasAdmin: true }))
  return token
}

async function sessionOf(role: AccessRole): Promise<Person> {
  const { access } = served.services
  const user = await access.users.find(role)
  if (user === null) throw new Error(`There is no ${role}.`)
  const browser = new Request(ORIGIN, { headers: { host: HOST } })
  const actor = { kind: 'none', name: 'anonymous', role: 'none', address: null, userAgent: null } as const
  const [line = ''] = [await access.startSession(browser, actor, user)].flat()
  const [cookie = ''] = line.split(';')
  const { token } = access.hooks.formToken(new Request(ORIGIN, { headers: { cookie, host: HOST } }))
  return { headers: { cookie, origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, csrf: token }
}

const IDS = ['hq10-7.L1S4DAT1', 'hq10-7.L1~1a2b3c', '7', '1', 'scan', 'repair', 'viewer', 'admin', 'p-1']
const ODD = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '%',
    '%00',
    '%2e%2e%2f',
    '\u202e',
    '\ud800',
    '☃',
    'é',
    '\u0000',
    '\r\nX: y',
    '\\',
    '//evil.example',
    '/☃',
    '/\r\nX: y',
    '/\u0000',
    '/a%0d%0ab',
  ],
  ...['-1', '0', '1e999', 'NaN', '9'.repeat(40), '__proto__', 'constructor', '<img onerror=1>', "' OR 1", '$x', 'null'],
  ...['9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z', '0000-00-00', '2030-01-01T00:00:00Z', 'x'.repeat(5000)],
]
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], [null], { a: { b: [] } }],
  ...['CHECK', 'REPAIR', 'IN_PLACE', 'SET_ASIDE', 'VIEWER', 'ADMIN', 'OK', 'hqs10', 'hqs7', 'HQS10 → HQS7', PASSWORD],
]
/** What opens the way to what comes after the first field. */
const RIGHT: Readonly<Record<string, unknown>> = {
  ...{
    name: 'viewer',
    password: PASSWORD,
    current: PASSWORD,
    again: PASSWORD,
    id: 'hq10-7.L1S4DAT1',
    dataset: 'hq10-7.L1S4DAT1',
  },
  ...{
    mode: 'REPAIR',
    planId: 'p-1',
    role: 'VIEWER',
    reason: 'why',
    primary: 'hqs10',
    backup: 'hqs7',
    limit: 5,
    days: 5,
  },
}
const HOSTS = [
  ...['127.0.0.1:8080', 'localhost', 'localhost:8080', '[::1]', '[::1]:8080', 'LOCALHOST', 'localhost.', '10.1.2.3'],
  ...['localhost:99999', '999.999.999.999', '256.1.1.1:1', '[::', '[:::::]', '[1:2]', 'localhost:', 'localhost:x', ''],
  ...[
    'evil.example',
    'a b',
    'a/b',
    'a@localhost',
    'localhost#',
    'localhost?',
    '%6c',
    'xn--',
    'h'.repeat(400),
    '1',
    '0x7f.1',
  ],
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'x/',
  '',
]
const JUNK_PATHS = [
  '/',
  '//',
  '/api',
  '/api/',
  '/api//users',
  '/assets/app.css',
  '/assets/../..',
  '/docs/api/',
  '/.env',
  '/%',
  '/%ff%fe',
  '/\u00e9',
]

const odd = fc.constantFrom(...ODD)
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...IDS) },
  { weight: 3, arbitrary: odd },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 3, arbitrary: word },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
)
const header = fc.oneof(
  fc.record({
    name: fc.constantFrom('origin', 'referer'),
    text: fc.constantFrom(ORIGIN, 'null', 'http://evil.example', '//', ''),
  }),
  fc.record({ name: fc.constant('sec-fetch-site'), text: fc.constantFrom('same-origin', 'cross-site', 'none', '?') }),
  fc.record({
    name: fc.constantFrom(
      'cookie',
      'authorization',
      'x-forwarded-for',
      'x-request-id',
      'if-none-match',
      'accept',
      'user-agent',
      'range',
      'remote-user',
      'last-event-id',
      'content-length',
      'accept-encoding',
    ),
    text: fc.oneof(
      word,
      fc.constantFrom('Bearer ', 'text/html', 'application/json', '*', 'bytes=0-1', 'W/"', 'zwitness=; zwitness=x'),
    ),
  }),
)
/** In one of so many. */
const rarely = <T>(one: fc.Arbitrary<T>, of: number) =>
  fc.oneof({ weight: of - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: one })
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', '{', '[]', '"', 'null', '\u0000', '{"a":'.repeat(2000)),
)
const request = fc.record({
  who: fc.noBias(fc.nat(999)),
  place: fc.noBias(fc.nat(9999)),
  junk: rarely(
    fc.oneof(
      fc.constantFrom(...JUNK_PATHS),
      word.map((one) => `/${one}`),
    ),
    15,
  ),
  words: fc.array(word, { minLength: 2, maxLength: 2 }),
  method: rarely(fc.constantFrom(...METHODS), 6),
  host: rarely(fc.constantFrom(...HOSTS), 6),
  peer: fc.constantFrom('tcp', 'tcp', 'tcp', 'unix'),
  /** For each declared field: left out, or one of these. */
  fields: fc.array(fc.oneof(fc.constantFrom('left out', 'right', 'right'), fc.record({ value })), {
    minLength: 8,
    maxLength: 8,
  }),
  more: rarely(fc.array(fc.tuple(word, value), { minLength: 1, maxLength: 2 }), 6),
  headers: rarely(fc.array(header, { minLength: 1, maxLength: 2 }), 4),
  type: rarely(fc.constantFrom(...TYPES), 10),
  body: rarely(text, 10),
  form: rarely(fc.constant('wrong'), 5),
})
type Wanted = typeof request extends fc.Arbitrary<infer T> ? T : never

interface Built {
  readonly method: string
  readonly path: string
  readonly host: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | null
}

function built(wanted: Wanted): Built {
  const place = places[wanted.place % places.length]
  const person = people[wanted.who % people.length]
  if (place === undefined || person === undefined) throw new Error('There are no places.')
  const method = wanted.method ?? ('method' in place ? place.method : 'GET')
  let left = 0
  const address = place.path.replaceAll(/:\w+(\{.*\})?/g, () => encoded(wanted.words[left++ % 2] ?? ''))
  const names = Object.keys(place.definition.input?.shape ?? {})
  const fields = names.flatMap((name, at) => {
    const one = wanted.fields[at % wanted.fields.length]
    if (one === undefined || one === 'left out' || (one === 'right' && !(name in RIGHT))) return []
    return [[name, one === 'right' ? RIGHT[name] : (one as { readonly value: unknown }).value] as const]
  })
  const all = [...fields, ...(wanted.more ?? [])]
  const isForm = 'form' in place.definition && place.definition.form === true
  const csrf = wanted.form === null ? person.csrf : 'wrong'
  const query = all.map(([name, one]) => `${encoded(name)}=${encoded(textOf(one))}`).join('&')
  const inAddress = ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method)
  const type = wanted.type ?? (isForm ? 'application/x-www-form-urlencoded' : 'application/json')
  const body = wanted.body ?? (isForm ? `csrf=${encoded(csrf)}&${query}` : JSON.stringify(Object.fromEntries(all)))
  return {
    method,
    path: `${wanted.junk ?? address}${inAddress && query !== '' ? `?${query}` : ''}`,
    host: wanted.host ?? HOST,
    headers: [
      ...Object.entries(person.headers),
      ['content-type', type],
      ...(wanted.headers ?? []).map(({ name, text }) => [name, text] as const),
    ],
    body: inAddress ? null : body,
  }
}

function textOf(one: unknown): string {
  return typeof one === 'string' ? one : JSON.stringify(one)
}

/** Most of it as browsers write it; some as nobody should. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

/** As Bun hands it on: headers are Latin-1 without line ends, and the address is whatever the Host header made of it. */
function asRequest({ method, path, host, headers, body }: Built): Request {
  const own = new Headers()
  for (const [name, text] of headers) own.set(name, text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?').trim())
  own.set('host', host)
  const made = new Request(ORIGIN, { method, headers: own, body })
  Object.defineProperty(made, 'url', { value: `http://${host || 'localhost'}${path}` })
  return made
}

test(`${IN_PROCESS} requests in all forms: none is answered 500, and nothing goes wrong inside`, async () => {
  const { app } = served.runtime
  const counts = new Map<number, number>()
  let asked = 0
  served.world.errors.splice(0)
  await fc.assert(
    fc.asyncProperty(request, async (wanted) => {
      if (asked++ % 200 === 0) await everybody(asked)
      // Nobody waits for a limit, but for those who try in one moment.
      served.world.ahead += 600
      const server = { requestIP: () => ({ address: '10.0.0.9' }), timeout: () => {} }
      const answer = await app.fetch(asRequest(built(wanted)), { server, socket: wanted.peer })
      await answer.body?.cancel()
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
      expect(served.world.errors.splice(0)).toEqual([])
      expect(answer.status).not.toBe(500)
    }),
    { numRuns: IN_PROCESS },
  )
  // It is no test of one door: each of these is met many times.
  for (const status of [200, 400, 401, 403, 404, 405, 421, 422])
    expect([status, (counts.get(status) ?? 0) > 20]).toEqual([status, true])
  console.log(
    [...counts]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  )
})

/** Status of the answer; null: the server hung up without one, as it may where this is no HTTP. */
function onTheWire(bytes: Buffer): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  const { hostname, port } = new URL(served.url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.on('error', reject)
  socket.on('close', () => resolve(null))
  socket.on('data', (part) => {
    text += part.toString('latin1')
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? []
    if (status === undefined) return
    resolve(Number(status))
    socket.destroy()
  })
  // Not ended: Bun takes a half-closed connection for one that nobody reads any more.
  socket.write(bytes)
  return promise
}

function asBytes({ method, path, host, headers, body }: Built): Buffer {
  const lines = [
    `${method} ${path.replaceAll(/[\r\n ]/g, '+')} HTTP/1.1`,
    `Host: ${host.replace(HOST, new URL(served.url).host)}`,
    ...headers.map(([name, text]) => `${name}: ${text.replaceAll(/[\r\n]/g, '?')}`),
    'Connection: close',
  ]
  const payload = Buffer.from(body ?? '')
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: ${payload.length}\r\n\r\n`), payload])
}

test(`${ON_THE_WIRE} over a socket, as bytes that no client would send: the same`, async () => {
  await everybody(0)
  served.world.errors.splice(0)
  const counts = new Map<number | null, number>()
  await fc.assert(
    fc.asyncProperty(request, async (wanted) => {
      served.world.ahead += 600
      const made = built(wanted)
      // Two of them would be a request of another length: what Bun makes of that is its own business.
      const headers = made.headers.filter(([name]) => name !== 'content-length')
      const status = await onTheWire(asBytes({ ...made, headers }))
      counts.set(status, (counts.get(status) ?? 0) + 1)
      expect(served.world.errors.splice(0)).toEqual([])
      expect(status).not.toBe(500)
    }),
    { numRuns: ON_THE_WIRE },
  )
  expect((counts.get(null) ?? 0) < ON_THE_WIRE / 4).toBe(true)
  console.log([...counts].map(([status, count]) => `${status}: ${count}`).join(', '))
})
