// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own syntax
import { describe, expect, test } from 'bun:test'
import { difference } from './describe.ts'
import { faultLine } from './faults.ts'
import { load, loaded, PRODUCT_YAML } from './load.fixture.ts'
import { showConfig } from './origins.ts'

const HASH = '$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'
const withAuth = (...lines: readonly string[]): string => `${PRODUCT_YAML}${lines.join('\n')}\n`

describe('auth', () => {
  test('users, sessions and a proxy', () => {
    const { config } = loaded(
      withAuth(
        'auth:',
        '  users:',
        `    alice: { role: admin, password_hash: '${HASH}' }`,
        `    bob.b@x: { role: viewer, password_hash: '${HASH.replaceAll('$', '$$$$')}' }`,
        '  session: { idle_hours: 0.5, max_days: 1 }',
      ),
    )
    expect(config.auth.users).toEqual(
      new Map([
        ['alice', { role: 'admin', passwordHash: HASH }],
        ['bob.b@x', { role: 'viewer', passwordHash: HASH }],
      ]),
    )
    expect(config.auth.session).toEqual({ idleSeconds: 1800, maxSeconds: 86_400 })
    expect(config.warnings).toEqual([])
  })

  test('a proxy: header names are compared without case', () => {
    const { config } = loaded(
      withAuth(
        'auth: { mode: proxy, proxy: { user_header: X-User, roles: { "san admins": admin }, default_role: viewer } }',
        'server: { trusted_proxies: [127.0.0.1, "fd00::/8"] }',
      ),
    )
    expect(config.auth.proxy).toEqual({
      userHeader: 'x-user',
      groupsHeader: 'remote-groups',
      roles: new Map([['san admins', 'admin']]),
      defaultRole: 'viewer',
    })
    expect(config.server.trustedProxies).toEqual(['127.0.0.1', 'fd00::/8'])
  })

  test('a hash from the environment or escaped is the same hash', () => {
    const { config } = loaded(withAuth('auth: { users: { a: { role: admin, password_hash: "${HASH}" } } }'), { HASH })
    expect(config.auth.users.get('a')?.passwordHash).toBe(HASH)
  })
})

const faults = (text: string): string[] =>
  (load(text).faults ?? []).map(faultLine).map((line) => line.split('yaml:')[1] ?? '')

describe('what is refused, with the cure', () => {
  test.each([
    ['auth: { mode: loopback }', '19:15 auth.mode: auth.mode loopback is gone: whoever reaches the port signs in.'],
    ['auth: { mode: nobody }', '19:15 auth.mode: Must be password, proxy or none; found "nobody".'],
    ['auth: { none_role: root, mode: none }', '19:20 auth.none_role: Must be viewer, operator or admin; found "root".'],
    [
      'auth: { mode: proxy, proxy: { default_role: viewer } }',
      '19:15 auth.mode: auth.mode proxy needs server.trusted_proxies',
    ],
    [
      'auth: { mode: proxy }\nserver: { trusted_proxies: [10.0.0.1] }',
      '19:15 auth.mode: auth.mode proxy lets nobody in without auth.proxy.roles',
    ],
    ['server: { trusted_proxies: [proxy.example] }', '19:29 server.trusted_proxies.0: "proxy.example" is no address;'],
    ['server: { trusted_proxies: [0.0.0.0/0] }', '19:29 server.trusted_proxies.0: 0.0.0.0/0 means every address'],
    ['server: { trusted_proxies: [10.0.0.0/33] }', '19:29 server.trusted_proxies.0: "10.0.0.0/33" is no address;'],
    ['auth: { users: { alice: { role: admin } } }', '19:25 auth.users.alice: The user alice has no password_hash;'],
    [
      `auth: { users: { Alice: { role: admin, password_hash: '${HASH}' } } }`,
      '19:18 auth.users.Alice: The user name "Alice" is refused; names are lower-case letters',
    ],
    [
      'auth: { users: { alice: { role: boss, password_hash: x } } }',
      '19:33 auth.users.alice.role: Must be viewer, operator or admin; found "boss".',
    ],
    ['auth: { proxy: { user_header: "X User" } }', '19:31 auth.proxy.user_header: "X User" is no name of a header;'],
  ])('%s', (text, words) => {
    expect(faults(withAuth(text))[0]).toStartWith(words)
  })

  test('a password in place of its hash, without repeating it', () => {
    const found = faults(withAuth('auth: { users: { alice: { role: admin, password_hash: hunter2hunter2 } } }'))
    expect(found).toEqual([
      '19:55 auth.users.alice.password_hash: Is no argon2id hash; zwitness user hash asks for a password and prints the line to write here.',
    ])
  })
})

describe('the cost of a hash', () => {
  const withCost = (cost: string, rest = 'c2FsdHNhbHQ$aGFzaGhhc2g') =>
    withAuth(`auth: { users: { fred: { role: viewer, password_hash: '$argon2id$v=19$${cost}$${rest}' } } }`)
  const NO_HASH = '19:55 auth.users.fred.password_hash: Is no argon2id hash;'

  test.each(['m=4096,t=2,p=1', 'm=65536,t=3,p=1', 'm=65536,t=2,p=4', 'm=1048576,t=32,p=16'])(
    '%s is another than the usual one, and that is said without the hash',
    (cost) => {
      const { warnings } = loaded(withCost(cost)).config
      expect(warnings.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
        '19:55 auth.users.fred.password_hash',
      ])
      expect(warnings[0]?.message).toStartWith(`The hash of fred has another cost (${cost}) than those`)
      expect(warnings[0]?.message).not.toContain('c2FsdHNhbHQ')
    },
  )

  test.each([
    ['m=1048577,t=2,p=1', undefined, '19:55 auth.users.fred.password_hash: Its cost (m=1048577,t=2,p=1) is so high'],
    ['m=65536,t=33,p=1', undefined, '19:55 auth.users.fred.password_hash: Its cost (m=65536,t=33,p=1) is so high'],
    ['m=65536,t=0,p=1', undefined, NO_HASH],
    ['m=99999999999,t=2,p=1', undefined, NO_HASH],
    // Nothing that could be checked: each sign-in would fail with an error, for this name alone.
    ['m=65536,t=2,p=1', 'c2FsdA$aGFzaGhhc2g', NO_HASH],
    ['m=65536,t=2,p=1', 'c2FsdHNhbHR$aGFzaGhhc2g', NO_HASH],
  ])('%s %p is refused', (cost, rest, words) => {
    expect(faults(withCost(cost, rest))[0]).toStartWith(words)
  })
})

describe('what has no effect is warned of', () => {
  test.each([
    ['auth: { none_role: admin }', 'none_role has no effect'],
    ['auth: { proxy: { default_role: viewer } }', 'proxy has no effect'],
    [
      `auth: { mode: none, users: { a: { role: admin, password_hash: '${HASH}' } } }`,
      'users have no effect with mode: none',
    ],
    ['auth: { mode: none, none_role: admin }', 'whoever reaches the port is admin, without a password'],
  ])('%s', (text, words) => {
    expect(
      loaded(withAuth(text))
        .config.warnings.map(({ message }) => message)
        .join(' '),
    ).toContain(words)
  })
})

test('no hash is ever shown; a changed one still shows as a change', () => {
  const text = (hash: string) => withAuth(`auth: { users: { alice: { role: admin, password_hash: '${hash}' } } }`)
  const [before, after] = [loaded(text(HASH)), loaded(text(`${HASH}X`))]
  const shown = showConfig(before.config, before.trace)
  expect(shown.find(({ path }) => path === 'auth.users.alice.password_hash')).toMatchObject({
    value: '***',
    origin: 'file line 19',
  })
  const changes = difference(before.config, after.config)
  expect(changes.changes.map(({ path }) => path)).toEqual(['auth.users.alice.password_hash'])
  expect(JSON.stringify([shown, changes])).not.toContain('argon2id')
})
