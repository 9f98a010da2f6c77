import { describe, expect, test } from 'bun:test'
import { commentRanges } from './comments.ts'
import { redactText } from './redact.ts'

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
