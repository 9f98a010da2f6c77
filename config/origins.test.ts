import { describe, expect, test } from 'bun:test'
import { loaded } from './load.fixture.ts'
import { showConfig } from './origins.ts'
import { commentRanges, redactText } from './redact.ts'

const TEXT = `san_hosts:
  a: { hostname: "\${ADDRESS}", ssh_user: w }
  b: { hostname: b, ssh_user: w, port: 2200 }
ssh: { max_transfers: 3 }
defaults:
  max_delay_hours: 10
  send: { raw: true }
pairs:
  - primary: a
    backup: b
    defaults:
      keep_free: 5%
    datasets:
      - name: p/one
        backup_dataset: q/one
        auto_repair: true
scheduler: { interval_minutes: 45 }
notifications:
  warn_for: 30m
  ping_url_file: /run/secrets/ping
  channels:
    - { type: webhook, url: "https://hook.example/t0ken" }
`

const { config, trace } = loaded(TEXT, { ADDRESS: '10.0.0.5' })
const shown = new Map(showConfig(config, trace).map(({ path, value, origin }) => [path, [value, origin] as const]))

test.each([
  ['san_hosts.a.hostname', '10.0.0.5', 'env ADDRESS, line 2'],
  ['san_hosts.a.port', 22, 'built-in default'],
  ['san_hosts.b.port', 2200, 'file line 3'],
  ['san_hosts.b.max_transfers', 3, 'ssh, line 4'],
  ['datasets.a-b.one.max_delay_hours', 10, 'defaults, line 6'],
  ['datasets.a-b.one.warn_delay_hours', 5, 'built-in default'],
  ['datasets.a-b.one.send.raw', true, 'defaults, line 7'],
  ['datasets.a-b.one.send.compressed', true, 'built-in default'],
  ['datasets.a-b.one.keep_free', '5%', 'pair defaults, line 12'],
  ['datasets.a-b.one.auto_repair', true, 'file line 16'],
  ['scheduler.cron', null, 'interval_minutes, line 17'],
  ['scheduler.interval_minutes', 45, 'file line 17'],
  ['notifications.warn_for', '30m', 'file line 19'],
  ['notifications.channels.webhook.type', 'webhook', 'file line 22'],
  ['notifications.channels.webhook.min_severity', 'warning', 'built-in default'],
  ['notifications.channels.webhook.secret', null, 'built-in default'],
  ['notifications.deadman.0.by', 'check', 'built-in default'],
])('%s is %p from %s', (path, value, origin) => {
  expect(shown.get(path)).toEqual([value, origin])
})

test('secrets are masked by the schema', () => {
  expect(shown.get('notifications.deadman.0.url')?.[0]).toBe('***')
  expect(shown.get('notifications.channels.webhook.url')?.[0]).toBe('***')
  expect(JSON.stringify([...shown])).not.toMatch(/s3cret|t0ken/)
  expect(JSON.stringify(config.warnings)).not.toMatch(/s3cret|t0ken/)
})

const HASH = '$argon2id$v=19$m=4096,t=2,p=1$abc$def'

test('secrets and unknown keys are masked, everything else stands as it was written', () => {
  const text = `# the password was hunter2
san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }   # here
auth:
  users:
    anna: { role: admin, password_hash: '${HASH}' }
notify:
  token: tk_secret
`
  const shown = redactText(text)
  expect(shown).not.toContain('argon2id')
  expect(shown).not.toContain('tk_secret')
  expect(shown).not.toContain('hunter2')
  expect(shown).toContain('  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }')
  expect(shown).toContain('anna: { role: admin, password_hash: *** }')
})

test('of what is no YAML nothing is shown', () => expect(redactText('a: [1, {')).toBeNull())

describe('a password that was put away', () => {
  const PASSWORD = 'Winter2026!'
  test.each([
    ['in a line of its own', `# ${PASSWORD}\nauth: { mode: password }\n`],
    ['in a line of its own, further in', `auth:\n    # ${PASSWORD}\n  mode: password\n`],
    ['behind a value', `auth:\n  mode: password # ${PASSWORD}\n`],
    ['behind a secret', `auth:\n  users:\n    a: { role: admin, password_hash: x } # ${PASSWORD}\n`],
    ['behind a secret of its own line', `auth:\n  users:\n    a:\n      password_hash: x # ${PASSWORD}\n`],
    ['behind a key', `auth: # ${PASSWORD}\n  mode: password\n`],
    ['behind a quoted value', `auth: { mode: "password" } # ${PASSWORD}\n`],
    ['behind a bracket', `server: { allowed_hosts: [ # ${PASSWORD}\n  a, b ] }\n`],
    ['behind a block of text', `notify:\n  x: | # ${PASSWORD}\n    text\n`],
    ['behind a list item', `server:\n  allowed_hosts:\n    - a # ${PASSWORD}\n    - b\n`],
    ['at the end, without an end of line', `auth: { mode: password }\n# ${PASSWORD}`],
    ['in the address of the service', `server: { public_url: 'https://me:${PASSWORD}@witness.example' }\n`],
    ['in one without quotes', `server:\n  public_url: https://me:${PASSWORD}@witness.example\n`],
    ['as the user of an address', `server:\n  public_url: https://${PASSWORD}@witness.example\n`],
    ['behind an address', `server:\n  public_url: https://witness.example/?token=${PASSWORD}\n`],
    ['in the name of a host', `san_hosts:\n  a: { hostname: 'root:${PASSWORD}@hqs8' }\n`],
    ['with an @ in it', `server: { public_url: 'https://me:p@${PASSWORD}@witness.example' }\n`],
    [
      'in the name of a host that is a block, behind a comment',
      `san_hosts:\n  a:\n    hostname: >- # see: x\n      root:${PASSWORD}@hqs8\n`,
    ],
    [
      'in an address that is a block, behind a comment',
      `server:\n  public_url: | # see: x\n    https://me:${PASSWORD}@w/\n`,
    ],
    ['with an escaped @ behind it', `server: { public_url: "https://me:${PASSWORD}\\u0040w/" }\n`],
    ['with an escaped colon before it', `server: { public_url: "https://me\\x3a${PASSWORD}@w/" }\n`],
    ['as a key that is a block', `? { x: ${PASSWORD} }\n: y\n`],
  ])('%s is not shown', (_, text) => {
    const shown = redactText(text)
    expect(shown).toContain('***')
    expect(shown).not.toContain(PASSWORD)
  })

  test('as a tag: then nothing is shown, for nothing of it is known', () =>
    expect(redactText('auth: !Winter2026 x\n')).toBeNull())

  test('what is no comment and no password stands', () => {
    const text = `auth: { mode: "a # b" }
san_hosts:
  a: { hostname: a#b, ssh_user: x, zfs_command: ['#no'] }
ssh: { ciphers: [aes128-gcm@openssh.com] }
server: { public_url: https://witness.example:8080/x }
#
`
    expect(redactText(text)).toBe(text)
  })

  test.each([
    ['a: 1 # x\r\nb: "y # z" # é\n', [' x', ' é']],
    ['- |\n  # text\n# c', [' c']],
    ['\ufeffa: b # c\n', [' c']],
    ['--- # d\na: 1\n... # e\n', [' d', ' e']],
    ["a: 'it''s # no'\n#\tyes\n", ['\tyes']],
    ['a: [1, #x\n 2]', ['x']],
  ])('places of comments are counted by the pieces of the lexer: %j', (text, comments) => {
    expect(commentRanges(text).map(([from, to]) => text.slice(from, to))).toEqual(comments)
  })
})
