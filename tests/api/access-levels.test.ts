import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccessRole } from '#config/effective.ts'
import { accessOf, mayAccess } from '#lib/runtime/actor.ts'
import type { Role } from '#lib/text/ranks.ts'
import type { Browser } from '#tests/witness/browser.ts'
import { addUsers, PASSWORD, type Served, servedFake } from './served-fake.ts'

setDefaultTimeout(600_000)

/*
 * Every route and page there is, asked by everybody there is, over a real socket. What is expected is derived from the
 * definitions; requests are made so that nothing happens when they are let in (names that are not there, fields that no
 * route knows), because only the answer at the door counts.
 */
interface Place {
  readonly method: string
  readonly path: string
  readonly access: ReturnType<typeof accessOf>
  readonly kind: 'api' | 'form' | 'page'
}

const ROLES: readonly AccessRole[] = ['viewer', 'operator', 'admin']
type Who = { readonly name: string; readonly role: Role; ask(place: Place): Promise<Response> }

let served: Served
let places: Place[] = []
let everybody: Who[] = []
const directory = mkdtempSync(join(tmpdir(), 'zw-levels-'))
const socket = join(directory, 'zw.sock')

beforeAll(async () => {
  served = await servedFake(socket)
  await addUsers(served)
  const { routes, pages } = served.runtime.tree
  places = [
    ...routes.map(({ method, path, definition }) => ({
      method,
      path,
      access: accessOf(definition, method),
      kind: definition.form ? ('form' as const) : ('api' as const),
    })),
    ...pages.map(({ path, definition }) => ({
      method: 'GET',
      path,
      access: accessOf(definition, 'GET'),
      kind: 'page' as const,
    })),
  ]
  everybody = [
    { name: 'a stranger', role: 'none', ask: (place) => askAs(served.browser(), place) },
    ...(await Promise.all(ROLES.map(signedIn))),
    ...(await Promise.all(ROLES.map(withToken))),
    ...(await Promise.all((['viewer', 'operator'] as const).map(clampedTo))),
    ...(await goodNoMore()),
    {
      name: 'the owner of the socket',
      role: 'admin',
      ask: (place) => ask((path, init) => fetch(`http://zwitness${path}`, { ...init, unix: socket }), place),
    },
  ]
})
afterAll(async () => {
  await served.close()
  rmSync(directory, { recursive: true })
})

async function signedIn(role: AccessRole): Promise<Who> {
  const browser = served.browser()
  expect((await browser.signIn(role, PASSWORD)).status).toBe(303)
  return { name: `a session of the role ${role}`, role, ask: (place) => askAs(browser, place) }
}

async function withToken(role: AccessRole): Promise<Who> {
  const wanted = { name: role, role, createdBy: 'test', expiresAt: null }
  const { text } = await served.services.access.tokens.create(wanted)
  return { name: `a token of the role ${role}`, role, ask: withHeader(text) }
}

/** Made as admin, by somebody who is that no more. */
async function clampedTo(role: AccessRole): Promise<Who> {
  const { users } = served.services.access
  await users.add({ name: `was-admin-${role}`, role: 'admin', password: PASSWORD })
  const ask = await asMaker(`was-admin-${role}`)
  await users.change(`was-admin-${role}`, { role })
  return { name: `a token made as admin by somebody who is ${role} now`, role, ask }
}

/** Tokens that opened everything, and open nothing any more. */
async function goodNoMore(): Promise<Who[]> {
  const { users, tokens } = served.services.access
  await users.add({ name: 'was-user', role: 'admin', password: PASSWORD })
  const orphaned = await asMaker('was-user')
  await users.remove('was-user')
  const made = { role: 'admin', createdBy: 'test', expiresAt: null } as const
  const revoked = await tokens.create({ ...made, name: 'revoked' })
  await tokens.revoke(revoked.record.id)
  const expired = await tokens.create({ ...made, name: 'expired', expiresAt: served.services.now() })
  const withText = ({ text }: { readonly text: string }) => withHeader(text)
  return [
    { name: 'the token of somebody who was removed', role: 'none', ask: orphaned },
    { name: 'a revoked token', role: 'none', ask: withText(revoked) },
    { name: 'an expired token', role: 'none', ask: withText(expired) },
  ]
}

async function asMaker(name: string): Promise<Who['ask']> {
  const maker = { kind: 'session', name, role: 'admin' } as const
  const wanted = { name: `by-${name}`, role: 'admin', createdBy: name, maker, expiresAt: null } as const
  return withHeader((await served.services.access.tokens.create(wanted)).text)
}

function withHeader(text: string): Who['ask'] {
  return (place) => askAs(served.browser(), place, { authorization: `Bearer ${text}` })
}

const NOBODY = 'no-such-thing'

async function ask(
  send: (path: string, init: RequestInit) => Promise<Response>,
  place: Place,
  headers = {},
): Promise<Response> {
  const { method, kind } = place
  const path = place.path.replace(/:\w+(\{.*\})?/g, NOBODY)
  const accept = kind === 'api' ? 'application/json' : 'text/html'
  const type = kind === 'form' ? 'application/x-www-form-urlencoded' : 'application/json'
  const body = ['GET', 'DELETE', 'OPTIONS', 'TRACE'].includes(method)
    ? null
    : kind === 'form'
      ? 'csrf=&unknown=1'
      : '{"unknown":1}'
  // A stream would go on for ever; its headers are the answer.
  return send(path, {
    method: path === '/api/events' && method === 'GET' ? 'HEAD' : method,
    redirect: 'manual',
    headers: { accept, 'content-type': type, 'x-request-id': 'walk', ...headers },
    body,
  })
}

function askAs(browser: Browser, place: Place, headers = {}): Promise<Response> {
  const own = { origin: served.url, 'sec-fetch-site': 'same-origin' }
  return ask((path, init) => browser.send(path, init), place, { ...own, ...headers })
}

/** What came of it, in one word. */
async function verdict(answer: Response): Promise<string> {
  const text = await answer.text()
  if (answer.status === 303 && answer.headers.get('location')?.startsWith('/login?next=')) return 'sign in'
  if (answer.status === 401) return 'sign in'
  // A form is judged by its role first, then by its token: the wrong token means that the role was enough.
  if (answer.status === 403 && text.includes('CSRF')) return 'let in'
  return answer.status === 403 ? 'forbidden' : 'let in'
}

function expected({ access }: Place, role: Role): string {
  if (mayAccess(role, access)) return 'let in'
  return role === 'none' ? 'sign in' : 'forbidden'
}

test('everybody gets what the definitions say, everywhere', async () => {
  expect(places.length).toBeGreaterThan(50)
  const wrong: string[] = []
  for (const place of places) {
    for (const who of everybody) {
      const found = await verdict(await who.ask(place))
      const wanted = expected(place, who.role)
      if (found !== wanted)
        wrong.push(`${place.method} ${place.path} (${place.access}), ${who.name}: ${found}, not ${wanted}`)
    }
  }
  expect(wrong).toEqual([])
  expect(served.engine.calls.filter(({ verb }) => ['scan', 'repair', 'cancel', 'pause', 'ack'].includes(verb))).toEqual(
    [],
  )
})

test('a method that a place does not have is refused to everybody, and reaches nothing', async () => {
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const
  const paths = Map.groupBy(places, ({ path }) => path.replace(/:\w+/g, ':'))
  const asked: string[] = []
  const wrong: string[] = []
  served.engine.calls.length = 0
  for (const [, same] of paths) {
    const [place] = same
    if (place === undefined) continue
    for (const method of METHODS.filter((one) => !same.some((each) => each.method === one))) {
      // In turn: who it is does not come into it.
      const who = everybody[asked.length % everybody.length]
      const answer = await who?.ask({ ...place, method, kind: 'api' })
      asked.push(method)
      if (answer?.status !== 405) wrong.push(`${method} ${place.path}, ${who?.name}: ${answer?.status}`)
    }
  }
  expect(asked.length).toBeGreaterThan(200)
  expect(wrong).toEqual([])
  expect(served.engine.calls).toEqual([])
})

describe('what is not for everybody who may look', () => {
  const named = (access: string) => () =>
    places
      .filter((one) => one.access === access)
      .map(({ method, path }) => `${method} ${path}`)
      .sort()
  const all = { public: named('public'), admin: named('admin') }

  test('nothing is open to strangers but health, the sign-in and the set-up', () => {
    expect(all.public()).toEqual([
      'GET /healthz',
      'GET /login',
      'GET /readyz',
      'GET /setup',
      'POST /login',
      'POST /setup',
    ])
  })

  test('users and tokens are for admins', () => {
    const access = places.filter(({ path }) => /user|token/.test(path)).map(({ method, path }) => `${method} ${path}`)
    expect(access.length).toBeGreaterThan(7)
    for (const one of access) expect(all.admin()).toContain(one)
  })

  test('nobody who may only look can change anything', () => {
    const ALLOWED = ['/logout', '/account/password', '/account/sessions', '/api/sessions/:id', '/api/functions/:name']
    const open = places.filter(({ method, access }) => method !== 'GET' && access === 'viewer').map(({ path }) => path)
    // What a function needs is decided by the function; it is judged below.
    expect(open.filter((path) => !ALLOWED.includes(path))).toEqual([])
  })

  test('functions have levels of their own, over the same route', async () => {
    for (const { name, access } of served.runtime.functions()) {
      expect(access).not.toBe('public')
      for (const who of everybody) {
        const place: Place = { method: 'POST', path: `/api/functions/${name}`, access, kind: 'api' }
        // An unknown field is dropped where a function takes none, so only those who may not are asked.
        if (mayAccess(who.role, access)) continue
        expect(`${who.name}: ${await verdict(await who.ask(place))}`).toBe(`${who.name}: ${expected(place, who.role)}`)
      }
    }
  })
})
