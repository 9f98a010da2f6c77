import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { AccessRole, AuthConfig } from '#config/effective.ts'
import type { Browser } from '#tests/witness/browser.ts'
import { askWithToken, closedSound, PASSWORD, type Served, servedToAdmin } from './served-fake.ts'

/*
 * A token is never more than who made it is now, whoever that was and whichever way they became less: what it may is asked
 * of the service itself, with that token in hand.
 */
setDefaultTimeout(600_000)

let served: Served
let admin: Browser
beforeAll(async () => {
  ;({ served, admin } = await servedToAdmin())
})
afterAll(() => closedSound(served))
afterEach(() => served.configure({}))

let count = 0
const fresh = (word: string): string => `${word}${++count}`
const mayNow = async (token: string): Promise<string> => {
  const answer = await askWithToken(served, token, '/api/me')
  return answer.status === 200 ? (await answer.json()).role : `${answer.status}`
}
const book = async (action: string, target: string) =>
  (await served.services.store.audit({ action: [action], target, limit: 5 })).items

/** An admin of the database in a browser, and a token of theirs. */
async function maker() {
  const name = fresh('maker')
  await served.services.access.users.add({ name, role: 'admin', password: PASSWORD })
  const browser = served.browser()
  await browser.signIn(name, PASSWORD)
  const made = async (role: string, by: (body: object) => Promise<Response>) => {
    const answer = await (await by({ name: fresh('token'), role })).json()
    return answer as { readonly id: string; readonly name: string; readonly token: string }
  }
  return {
    name,
    token: (role: string) => made(role, (body) => browser.json('POST', '/api/tokens', body)),
    /** A token that a token made. */
    by: (parent: string, role: string) =>
      made(role, (body) =>
        fetch(`${served.url}/api/tokens`, {
          method: 'POST',
          headers: { authorization: `Bearer ${parent}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
  }
}

describe('of a user of the database', () => {
  test('who becomes less: it is less at once, and more again with them; the answer says so', async () => {
    const { name, token, by } = await maker()
    const [top, middle, low] = [await token('ADMIN'), await token('OPERATOR'), await token('VIEWER')]
    const child = await by(top.token, 'ADMIN')
    const answer = await (await admin.json('PATCH', `/api/users/${name}`, { role: 'VIEWER' })).json()
    const told = answer.tokens.map((each: Record<string, unknown>) => [each.name, each.from, each.to, each.revoked])
    expect(told.sort()).toEqual(
      [
        [top.name, 'ADMIN', 'VIEWER', false],
        [middle.name, 'OPERATOR', 'VIEWER', false],
        [child.name, 'ADMIN', 'VIEWER', false],
      ].sort(),
    )
    for (const { token: text } of [top, middle, low, child]) expect(await mayNow(text)).toBe('VIEWER')
    const asked = [
      await askWithToken(served, top.token, '/api/users'),
      await askWithToken(served, top.token, '/api/run', { method: 'POST' }),
    ]
    expect(asked.map(({ status }) => status)).toEqual([403, 403])
    const listed = await (await admin.send('/api/tokens')).json()
    const found = listed.items.find(({ id }: { id: string }) => id === top.id)
    expect(found).toMatchObject({ role: 'ADMIN', roleNow: 'VIEWER', state: 'GOOD', createdBy: name })
    expect(await admin.page('/account')).toContain(`made as admin; ${name} is viewer now`)

    await admin.json('PATCH', `/api/users/${name}`, { role: 'OPERATOR' })
    for (const [{ token: text }, role] of [
      [top, 'OPERATOR'],
      [low, 'VIEWER'],
    ] as const)
      expect(await mayNow(text)).toBe(role)
  })

  test('who is removed: it is revoked with them, and stays so when there is somebody of that name again', async () => {
    const { name, token, by } = await maker()
    const direct = await token('ADMIN')
    const child = await by(direct.token, 'VIEWER')
    const answer = await (await admin.json('DELETE', `/api/users/${name}`)).json()
    expect(answer.tokens.map((each: { sentence: string }) => each.sentence).sort()).toEqual(
      [direct, child].map((each) => `The token ${each.name} is revoked.`).sort(),
    )
    await served.services.access.users.add({ name, role: 'admin', password: PASSWORD })
    for (const { token: text } of [direct, child]) expect(await mayNow(text)).toBe('401')
    expect(await admin.page('/account')).toContain(`(${name}, who made it, was removed)`)
  })

  test('over the web too, in a sentence', async () => {
    const { name, token } = await maker()
    const made = await token('ADMIN')
    const changed = await admin.submit(`/users?user=${name}`, '/users/role', { name, role: 'OPERATOR' })
    expect(await changed.text()).toContain(`has the role operator now. The token ${made.name} is operator now.`)
    const removed = await admin.submit(`/users?user=${name}`, '/users/remove', { name })
    expect(await removed.text()).toContain(`signed out everywhere. The token ${made.name} is revoked.`)
  })
})

describe('of a token', () => {
  test('that is revoked: it goes with it, and the answer says so', async () => {
    const { token, by } = await maker()
    const parent = await token('ADMIN')
    const child = await by(parent.token, 'ADMIN')
    const answer = await (await admin.json('DELETE', `/api/tokens/${parent.id}`)).json()
    expect(answer.alsoRevoked).toEqual([{ id: child.id, name: child.name }])
    expect(await mayNow(child.token)).toBe('401')
  })

  test('through many others: one that would open nothing is not made', async () => {
    const { token, by } = await maker()
    let last = await token('ADMIN')
    for (let made = 1; made <= 8; made++) {
      last = await by(last.token, 'ADMIN')
      expect(await mayNow(last.token)).toBe('ADMIN')
    }
    const before = (await served.services.store.tokens()).length
    const refused = await by(last.token, 'ADMIN')
    expect(refused).toMatchObject({ status: 409, code: 'TOKEN_OPENS_NOTHING' })
    expect((await served.services.store.tokens()).length).toBe(before)
  })

  test('that has ended: it opens nothing any more', async () => {
    const { by } = await maker()
    const { tokens } = served.services.access
    const me = { kind: 'socket', name: 'local', role: 'admin' } as const
    const ends = served.services.now() + 60_000
    const parent = await tokens.create({
      name: fresh('p'),
      role: 'admin',
      createdBy: 'local',
      maker: me,
      expiresAt: ends,
    })
    const child = await by(parent.text, 'ADMIN')
    expect(await mayNow(child.token)).toBe('ADMIN')
    served.world.ahead += 60_001
    expect(await mayNow(child.token)).toBe('401')
    served.world.ahead -= 60_001
  })
})

describe('of a user of the configuration', () => {
  const users = (role: AccessRole | null): Partial<AuthConfig> => ({
    users: new Map(role === null ? [] : [['fritz', { role, passwordHash: HASH }]]),
  })
  const HASH = Bun.password.hashSync(PASSWORD, { algorithm: 'argon2id', memoryCost: 8, timeCost: 1 })
  const configured = async (role: AccessRole | null) => {
    const before = served.services.config
    served.configure({ auth: users(role) })
    return served.services.access.settle(before)
  }
  const made = async () => {
    await configured('admin')
    const browser = served.browser()
    await browser.signIn('fritz', PASSWORD)
    return (await browser.json('POST', '/api/tokens', { name: fresh('f'), role: 'ADMIN' })).json()
  }

  test('whose role is lowered by a reload', async () => {
    const { name, token } = await made()
    expect(await configured('viewer')).toContain(
      `The token ${name} is viewer now. Who made it has another role in the new configuration.`,
    )
    expect(await mayNow(token)).toBe('VIEWER')
    expect(await book('tokenClamp', name)).toMatchObject([{ detail: { from: 'admin', to: 'viewer' } }])
  })

  test('who is no longer in the file: revoked, on record, and not back with the file', async () => {
    const { name, token } = await made()
    expect(await configured(null)).toContain(
      `The token ${name} is revoked. Who made it is in neither the configuration nor the database any more.`,
    )
    expect(await book('tokenRevoke', name)).toMatchObject([{ actor: { kind: 'schedule', name: 'witness' } }])
    await configured('admin')
    expect(await mayNow(token)).toBe('401')
  })

  test('who was taken out of the file while the service did not run', async () => {
    const { token } = await made()
    served.configure({ auth: users(null) })
    await served.services.access.settle(null)
    served.configure({ auth: users('admin') })
    expect(await mayNow(token)).toBe('401')
  })
})

describe('of somebody whom a proxy signs in', () => {
  const proxied = (roles: readonly (readonly [string, AccessRole])[], defaultRole: AccessRole | null = null) => {
    const proxy = { userHeader: 'remote-user', groupsHeader: 'remote-groups', roles: new Map(roles), defaultRole }
    served.configure({ auth: { mode: 'proxy', proxy }, server: { trustedProxies: ['127.0.0.0/8'] } })
  }
  const ROLES = [
    ['bosses', 'admin'],
    ['ops', 'operator'],
  ] as const
  const come = (name: string, groups: string, init: RequestInit = {}, path = '/api/me') =>
    fetch(`${served.url}${path}`, {
      ...init,
      headers: { 'remote-user': name, 'remote-groups': groups, origin: served.url, 'content-type': 'application/json' },
    })
  const made = async (name: string) => {
    const body = JSON.stringify({ name: fresh('x'), role: 'ADMIN' })
    return (await come(name, 'bosses', { method: 'POST', body }, '/api/tokens')).json()
  }
  afterAll(() => served.configure({ server: { trustedProxies: [] } }))

  test('in other groups when they come again: it is what they are, to nothing at all', async () => {
    proxied(ROLES)
    const name = fresh('Hanna')
    const { token, name: ofToken } = await made(name)
    expect(await mayNow(token)).toBe('ADMIN')
    await come(name, 'ops')
    expect(await mayNow(token)).toBe('OPERATOR')
    expect(await book('tokenClamp', ofToken)).toMatchObject([{ detail: { from: 'admin', to: 'operator' } }])
    expect((await come(name, 'nobody')).status).toBe(403)
    expect(await mayNow(token)).toBe('401')
    await come(name, 'bosses')
    expect(await mayNow(token)).toBe('ADMIN')
  })

  test('by what the configuration makes of their groups now, without their coming', async () => {
    proxied(ROLES)
    const { token } = await made(fresh('Hanna'))
    proxied([['bosses', 'viewer']])
    expect(await mayNow(token)).toBe('VIEWER')
    proxied([])
    expect(await mayNow(token)).toBe('401')
    // The same names without a proxy: nobody is in any group.
    served.configure({})
    expect(await mayNow(token)).toBe('401')
  })
})

test('of anybody, where nobody signs in: with that it ends', async () => {
  served.configure({ auth: { mode: 'none', noneRole: 'admin' } })
  const body = JSON.stringify({ name: fresh('any'), role: 'ADMIN' })
  const headers = { 'content-type': 'application/json' }
  const { token } = await (await fetch(`${served.url}/api/tokens`, { method: 'POST', headers, body })).json()
  expect(await mayNow(token)).toBe('ADMIN')
  served.configure({ auth: { mode: 'none', noneRole: 'viewer' } })
  expect(await mayNow(token)).toBe('VIEWER')
  served.configure({})
  expect(await mayNow(token)).toBe('401')
})

test('of the owner of the socket: as it was made', async () => {
  const { tokens } = served.services.access
  const me = { kind: 'socket', name: 'local', role: 'admin' } as const
  const { text } = await tokens.create({
    name: fresh('s'),
    role: 'admin',
    createdBy: 'local',
    maker: me,
    expiresAt: null,
  })
  expect(await mayNow(text)).toBe('ADMIN')
})

describe('of two admins', () => {
  test.each(['PATCH', 'DELETE'] as const)('who each %s the other at once, one remains', async (method) => {
    for (let round = 0; round < 2; round++) {
      const pair = [fresh('one'), fresh('two')] as const
      const [own, ...rest] = await Promise.all(
        pair.map(async (name) => {
          await served.services.access.users.add({ name, role: 'admin', password: PASSWORD })
          const browser = served.browser()
          await browser.signIn(name, PASSWORD)
          return browser
        }),
      )
      const others = (await served.services.access.users.list()).filter(
        ({ role, name }) => role === 'admin' && !pair.includes(name),
      )
      for (const { name } of others) await served.services.access.users.change(name, { role: 'operator' })
      const body = method === 'PATCH' ? { role: 'VIEWER', password: 'another three words' } : undefined
      const answers = await Promise.all(
        [own, ...rest].map((browser, at) => browser?.json(method, `/api/users/${pair[1 - at]}`, body)),
      )
      // Whoever comes second is refused: by the statement, or because they are no admin any more.
      expect(answers.filter((answer) => answer?.status === 200)).toHaveLength(1)
      const left = (await served.services.access.users.list()).filter(({ role }) => role === 'admin')
      expect(left).toHaveLength(1)
      await served.services.access.users.add({ name: fresh('next'), role: 'admin', password: PASSWORD })
    }
  })
})
