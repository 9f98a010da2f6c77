import { beforeEach, describe, expect, test } from 'bun:test'
import type { OpenedStore } from './store.ts'
import { createdRun, freshStore } from './store-fixture.ts'
import type { AuditRecord, KnownBrowserRecord, SessionRecord, TokenRecord, UserRecord } from './types.ts'

let store: OpenedStore
beforeEach(async () => {
  store = await freshStore()
})

const hex = (seed: string): string => new Bun.CryptoHasher('sha256').update(seed).digest('hex')

const alice: UserRecord = { name: 'alice', role: 'admin', passwordHash: 'h', createdAt: 1, changedAt: 1 }
const session = (seed: string, more: Partial<SessionRecord> = {}): Omit<SessionRecord, 'id'> => ({
  digest: hex(seed),
  user: 'alice',
  credential: 'c',
  createdAt: 10,
  seenAt: 10,
  expiresAt: 1000,
  address: '10.0.0.1',
  userAgent: null,
  ...more,
})
const token = (id: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
  id,
  name: id,
  role: 'operator',
  digest: hex(id),
  createdBy: 'alice',
  createdAt: 10,
  expiresAt: null,
  usedAt: null,
  usedFrom: null,
  revokedAt: null,
  makerKind: 'session',
  makerToken: null,
  revokedBecause: null,
  ...more,
})
/** No users in the configuration. */
const none = () => ({ names: [], hasAdmin: false })

describe('users', () => {
  test('come back as they were added, are changed, and there is one of each name', async () => {
    expect(await store.addUser(alice)).toBe(true)
    expect(await store.addUser({ ...alice, role: 'viewer' })).toBe(false)
    expect(await store.changeUser('alice', { passwordHash: 'i' }, 5, none)).toBe('changed')
    expect(await store.changeUser('bob', { role: 'viewer' }, 5, none)).toBe('missing')
    expect(await store.user('alice')).toEqual({ ...alice, passwordHash: 'i', changedAt: 5 })
    expect(await store.user('bob')).toBeNull()
  })

  test('of twenty people who make the first one at once, one does', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, at) => store.addFirstUser({ ...alice, name: `user${at}` })),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    expect(await store.users()).toHaveLength(1)
  })

  test('go with their sessions', async () => {
    await store.addUser(alice)
    await store.addUser({ ...alice, name: 'carol' })
    await store.addSession(session('a'))
    await store.addSession(session('b', { user: 'bob' }))
    expect(await store.removeUser('alice', 20, none)).toEqual({ result: 'removed', tokens: [] })
    expect((await store.sessions(null)).map(({ user }) => user)).toEqual(['bob'])
    expect(await store.removeUser('alice', 20, none)).toEqual({ result: 'missing', tokens: [] })
  })

  test('go with their tokens, and with what these made; other people keep theirs', async () => {
    await store.addUser(alice)
    await store.addUser({ ...alice, name: 'bob' })
    const made = [
      token('direct'),
      token('child', { createdBy: 'direct', makerKind: 'token', makerToken: 'direct' }),
      token('grandchild', { createdBy: 'child', makerKind: 'token', makerToken: 'child' }),
      token('old', { makerKind: null }),
      token('ended', { revokedAt: 15 }),
      token('bobs', { createdBy: 'bob' }),
      token('proxied', { makerKind: 'proxy' }),
    ]
    for (const each of made) await store.addToken(each)
    const { tokens } = await store.removeUser('alice', 20, none)
    expect(tokens.map(({ id }) => id).sort()).toEqual(['child', 'direct', 'grandchild', 'old'])
    expect(tokens[0]).toMatchObject({ revokedAt: 20, revokedBecause: 'alice, who made it, was removed' })
    const left = (await store.tokens()).filter(({ revokedAt }) => revokedAt === null)
    expect(left.map(({ id }) => id).sort()).toEqual(['bobs', 'proxied'])
    expect(await store.token('ended')).toMatchObject({ revokedAt: 15, revokedBecause: null })
  })

  describe('an admin always remains', () => {
    const bob: UserRecord = { ...alice, name: 'bob' }
    const viewer = { role: 'viewer' } as const
    test('the last one is neither removed nor made less, and what else is asked of them is done', async () => {
      await store.addUser(alice)
      await store.addUser({ ...bob, role: 'operator' })
      expect(await store.changeUser('alice', viewer, 5, none)).toBe('last-admin')
      expect(await store.removeUser('alice', 5, none)).toEqual({ result: 'last-admin', tokens: [] })
      expect(await store.changeUser('alice', { role: 'admin', passwordHash: 'j' }, 5, none)).toBe('changed')
      expect(await store.changeUser('bob', viewer, 5, none)).toBe('changed')
      expect(await store.removeUser('bob', 5, none)).toMatchObject({ result: 'removed' })
      expect(await store.user('alice')).toMatchObject({ role: 'admin', passwordHash: 'j' })
    })

    test('one of the configuration is one; a row of the same name is none', async () => {
      await store.addUser(alice)
      await store.addUser(bob)
      const configured = (hasAdmin: boolean) => () => ({ names: ['bob'], hasAdmin })
      expect(await store.changeUser('alice', viewer, 5, configured(false))).toBe('last-admin')
      expect(await store.removeUser('alice', 5, configured(false))).toMatchObject({ result: 'last-admin' })
      expect(await store.changeUser('alice', viewer, 5, configured(true))).toBe('changed')
    })

    test.each(['changes', 'removals', 'both'])('of two %s at once, each of the other, one is refused', async (what) => {
      for (let round = 0; round < 20; round++) {
        await store.addUser(alice)
        await store.addUser(bob)
        const change = async (name: string) => store.changeUser(name, viewer, 5, none)
        const remove = async (name: string) => (await store.removeUser(name, 5, none)).result
        const done = await Promise.all([
          what === 'removals' ? remove('alice') : change('alice'),
          what === 'changes' ? change('bob') : remove('bob'),
        ])
        expect(done.filter((one) => one === 'last-admin')).toHaveLength(1)
        expect((await store.users()).filter(({ role }) => role === 'admin')).toHaveLength(1)
        for (const { name } of await store.users())
          await store.removeUser(name, 5, () => ({ names: [], hasAdmin: true }))
      }
    })
  })
})

describe('sessions', () => {
  test('are found by the digest of their cookie only', async () => {
    const id = await store.addSession(session('a'))
    expect(await store.sessionByDigest(hex('a'))).toEqual({ id, ...session('a') })
    expect(await store.sessionByDigest(hex('b'))).toBeNull()
  })

  test('end one by one, all but one, and by time', async () => {
    const [one, two] = [await store.addSession(session('1')), await store.addSession(session('2'))]
    await store.addSession(session('3', { expiresAt: 50 }))
    await store.addSession(session('4'))
    for (const id of [one, two]) await store.touchSession(id, 90, '10.0.0.2')
    expect(await store.pruneSessions(100, 20)).toBe(2)
    expect((await store.sessions('alice')).map(({ id, address }) => [id, address])).toEqual([
      [two, '10.0.0.2'],
      [one, '10.0.0.2'],
    ])
    expect(await store.removeSessionsOf('alice', two)).toBe(1)
    expect(await store.removeSession(one)).toBe(false)
    expect(await store.removeSession(two)).toBe(true)
  })
})

describe('browsers that signed in', () => {
  const browser = (seed: string, more: Partial<KnownBrowserRecord> = {}) => ({
    digest: hex(seed),
    user: 'alice',
    credential: 'c',
    session: 1,
    network: '10.0.0.1',
    seenAt: 10,
    ...more,
  })
  const remember = (one: ReturnType<typeof browser>, more = {}) =>
    store.rememberBrowser(one, { replaces: null, seenBefore: 0, most: 3, ...more })
  const known = async (seed: string, user = 'alice') => (await store.knownBrowser(hex(seed), user)) !== null

  test('are known by their cookie and user; a new cookie takes the place of the old one, for each of its users', async () => {
    await remember(browser('a'))
    await remember(browser('a', { user: 'bob' }))
    const before = await store.knownBrowser(hex('a'), 'alice')
    expect(before).toMatchObject(browser('a'))
    await remember(browser('b', { session: 2, network: '10.0.0.2', seenAt: 20 }), { replaces: hex('a') })
    expect([await known('a'), await known('a', 'bob'), await known('b', 'bob')]).toEqual([false, false, true])
    const after = browser('b', { session: 2, network: '10.0.0.2', seenAt: 20 })
    expect(await store.knownBrowser(hex('b'), 'alice')).toEqual({ id: before?.id ?? 0, ...after })
    expect(await known('b', 'carl')).toBe(false)
  })

  test('are a few for each user, for a while, and so are the networks they came from', async () => {
    await remember(browser('bob', { user: 'bob', network: '10.0.0.9' }))
    for (const at of [1, 2, 3, 4, 5]) await remember(browser(`${at}`, { seenAt: 10 + at, network: `10.0.1.${at}` }))
    expect(await Promise.all(['1', '2', '3', '4', '5'].map((seed) => known(seed)))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    expect(await store.isKnownNetwork('10.0.1.2', 0)).toBe(false)
    expect([await store.isKnownNetwork('10.0.1.4', 14), await store.isKnownNetwork('10.0.1.4', 15)]).toEqual([
      true,
      false,
    ])
    await remember(browser('6', { seenAt: 99 }), { seenBefore: 15 })
    expect([await known('bob', 'bob'), await known('4'), await known('5')]).toEqual([false, false, true])
  })

  test('are forgotten with a session, all but one of a user, and with the user', async () => {
    await store.addUser(alice)
    for (const session of [1, 2, 3]) await remember(browser(`${session}`, { session, seenAt: session }))
    await remember(browser('bob', { user: 'bob', session: 9 }))
    await store.forgetBrowserOfSession(1)
    expect([await known('1'), await known('2')]).toEqual([false, true])
    await store.forgetBrowsersOf('alice', 3)
    expect([await known('2'), await known('3')]).toEqual([false, true])
    await store.removeUser('alice', 20, () => ({ names: [], hasAdmin: true }))
    expect([await known('3'), await known('bob', 'bob')]).toEqual([false, true])
  })
})

describe('tokens', () => {
  test('there is one in use of each name; a revoked one leaves its name free', async () => {
    expect(await store.addToken(token('a', { name: 'ci' }))).toBe(true)
    expect(await store.addToken(token('b', { name: 'ci' }))).toBe(false)
    expect((await store.revokeTokens(['a'], 20, null)).map(({ id }) => id)).toEqual(['a'])
    expect(await store.revokeTokens(['a'], 30, null)).toEqual([])
    expect(await store.addToken(token('b', { name: 'ci' }))).toBe(true)
    await store.touchToken('b', 40, '10.0.0.3')
    expect(await store.token('b')).toEqual(token('b', { name: 'ci', usedAt: 40, usedFrom: '10.0.0.3' }))
    expect((await store.tokens()).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ['a', 20],
      ['b', null],
    ])
  })
})

describe('the audit', () => {
  const entry = (at: number, more: Partial<AuditRecord> = {}): Omit<AuditRecord, 'id'> => ({
    at,
    actor: { kind: 'session', name: 'alice', role: 'admin', address: '10.0.0.1' },
    userAgent: 'browser',
    requestId: 'r',
    action: 'repair',
    target: 'd1',
    reason: 'swap',
    result: 'OK',
    code: null,
    detail: { planId: 'p' },
    ...more,
  })

  test('comes back newest first, page by page, as it was written', async () => {
    for (const at of [1, 2, 3]) await store.addAudit(entry(at))
    const first = await store.audit({ limit: 2 })
    expect(first.items.map(({ at }) => at)).toEqual([3, 2])
    const rest = await store.audit({ limit: 2, cursor: first.nextCursor ?? '' })
    expect(rest).toEqual({ items: [{ id: 1, ...entry(1) }], nextCursor: null })
    expect(store.audit({ limit: 2, cursor: 'bad' })).rejects.toThrow()
  })

  test.each([
    [{ action: ['login'] }, [2]],
    [{ actor: 'bob' }, [2]],
    [{ target: 'd1' }, [3, 1]],
    [{ result: ['REFUSED' as const] }, [3]],
    [{ from: 2, to: 3 }, [2]],
  ])('by %p', async (filter, ats) => {
    await store.addAudit(entry(1))
    const bob = { ...entry(0).actor, name: 'bob' }
    await store.addAudit(entry(2, { action: 'login', target: null, actor: bob }))
    await store.addAudit(entry(3, { result: 'REFUSED', code: 'PLAN_STALE' }))
    expect((await store.audit({ limit: 9, ...filter })).items.map(({ at }) => at)).toEqual(ats)
  })
})

test('a run knows how the one who asked was recognised', async () => {
  const trigger = {
    type: 'http',
    actor: 'ci',
    role: 'operator',
    address: null,
    userAgent: null,
    requestId: null,
  } as const
  const base = {
    kind: 'CHECK',
    datasetId: null,
    scope: {},
    reason: null,
    planId: null,
    plan: null,
    keep: true,
    now: 1,
  } as const
  const made = await store.createRun({ ...base, trigger: { ...trigger, actorKind: 'token' } })
  expect(made).toMatchObject({ ok: true, run: { trigger: { actorKind: 'token' } } })
  expect((await createdRun(store)).trigger.actorKind).toBeUndefined()
})
