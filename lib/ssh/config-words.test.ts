import { expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { sshConfig } from './config-file.ts'
import {
  CIPHERS,
  checkCipher,
  checkHostId,
  checkHostname,
  checkPath,
  checkSshPath,
  checkSshUser,
} from './config-words.ts'
import { testHost, testSettings } from './settings.fixture.ts'
import type { SshHost } from './types.ts'

/** Merely unusual, and then what would be a directive, an option, a pattern, an expansion or another machine. */
const IDS = [
  ...['hq_s1', 'hq.s1', 'HQ1', '1', 'a.', '10.0.0.5', 'all', 'final', 'a-', 'x'.repeat(63)],
  ...[
    'none',
    'NONE',
    '*',
    '!a',
    'a?',
    '-x',
    '_a',
    'a b',
    'a,b',
    'a@b',
    'a:22',
    'a/b',
    'ssh://a',
    'a%h',
    'a\n',
    'ä',
    '',
  ],
  ...['"a"', "a'", 'a\\', 'a#b', '$HOME', 'a\r', 'a\0', 'x'.repeat(64)],
]
const HOSTNAMES = [
  ...[
    'hqs8.storage.local',
    'hqs8.storage.local.',
    'HQS8',
    'a-b',
    '1a.2b',
    'none',
    'any',
    '10.0.0.5',
    'fd00::5',
    '::1',
    'a.',
  ],
  ...['::ffff:10.0.0.5', `${'x'.repeat(63)}.de`, 'xn--bcher-kva.example', 'x1'],
  ...['10.1', '1', '010.0.0.1', '256.1.1.1', '10.0.0.5.', '0x7f.1', 'a..b', '.a', 'a-.b', '-a', 'a.-b', '[::1]'],
  ...['fe80::1%eth0', 'fe80::1%%h', 'a b', 'a\nProxyCommand x', 'a%h', '$HOME', 'a;b', 'a`b`', 'a"', 'a_b', 'ü.de', ''],
  ...['root@a', 'a:22', 'ssh://a', `${'x'.repeat(64)}.de`, `${'a.'.repeat(130)}de`, '.', '\u202ea'],
]
const USERS = [
  ...['zfsadmin', 'Ad.min', '_zfs', 'a-b', 'none', 'root', 'x'.repeat(32)],
  ...['-l', 'a b', 'a\n', 'a@b', 'a:b', 'a%r', '$USER', 'a;b', 'a"', "a'", 'a\\', 'a/b', 'ä', '', '1a', 'x'.repeat(33)],
]
const PATHS = [
  ...['/config/id_ed25519', '/a b/key', '/a#b', '/a,b', '/a:b@c+d', '/none', '/a;b', '/ä/key', '/a*b?', '/a=b'],
  ...[
    '/a"b',
    "/a'b",
    '/a\\b',
    '/a%h',
    '/a%%',
    '/~a',
    '/$HOME',
    `/\${HOME}`,
    '/a\nb',
    '/a\tb',
    '/a\0b',
    'key',
    '~/key',
    '',
  ],
]
/** As a person writes them; ssh is shown them from the root. */
const WRITTEN = [
  '/config/id',
  'keys/id_1',
  './id',
  '../id',
  'a,b',
  'a:b',
  'a@b+c',
  'a b',
  'a"b',
  '~/id',
  '-i',
  'a%h',
  '',
]

const accepted = (values: readonly string[], rule: (text: string) => string | null): readonly string[] =>
  values.filter((value) => rule(value) === null)

/** What the real ssh makes of the last of these hosts in the file that we would write: its exit code, and `key value` lines. */
async function askSsh(hosts: readonly SshHost[], ciphers: readonly string[] = []) {
  const directory = await makeTemporaryDirectory()
  try {
    const path = `${directory}/config`
    const { text, unusable } = sshConfig(testSettings({ hosts, ciphers }))
    expect([...unusable]).toEqual([])
    await writeTextFileAtomic(path, text)
    const args = ['-F', path, '-G', '--', hosts.at(-1)?.id ?? '']
    const end = await runCommand({ file: 'ssh', args, timeoutMs: 20_000, maxStdoutBytes: 99_999 })
    return { exitCode: end.exitCode, says: end.stdout.toString().split('\n') }
  } finally {
    await removePath(directory)
  }
}

test.each(accepted(IDS, checkHostId))('the host id %j is to ssh what it is to us, also as a jump', async (id) => {
  const host = testHost({ id })
  const { exitCode, says } = await askSsh([host])
  expect(exitCode).toBe(0)
  expect(says).toContain(`hostkeyalias ${id.toLowerCase()}`)
  expect(says).toContain('hostname hqs8.storage.local')
  const behind = await askSsh([host, testHost({ id: 'behind', proxyJump: id })])
  // It is shown in brackets where it could be an address; it is handed on as it was written.
  expect(behind.says).toContain(`proxyjump ${/^[\d.]+$/.test(id) ? `[${id}]` : id}`)
})

test.each(accepted(HOSTNAMES, checkHostname))('the hostname %j is to ssh what it is to us', async (hostname) => {
  const { exitCode, says } = await askSsh([testHost({ hostname })])
  expect(exitCode).toBe(0)
  expect(says).toContain(`hostname ${hostname.toLowerCase()}`)
})

test.each(accepted(USERS, checkSshUser))('the user %j is to ssh what it is to us', async (user) => {
  const { exitCode, says } = await askSsh([testHost({ user })])
  expect(exitCode).toBe(0)
  expect(says).toContain(`user ${user}`)
})

test.each([
  ...accepted(PATHS, checkSshPath),
  ...accepted(WRITTEN, checkPath).map((path) => (path.startsWith('/') ? path : `/config/${path}`)),
])('the path %j is to ssh what it is to us', async (identityFile) => {
  const { exitCode, says } = await askSsh([testHost({ identityFile })])
  expect(exitCode).toBe(0)
  expect(says).toContain(`identityfile ${identityFile}`)
})

test('ssh takes all ciphers that we do, and we know all that it has', async () => {
  const { exitCode, says } = await askSsh([testHost()], CIPHERS)
  expect([exitCode, says.find((line) => line.startsWith('ciphers '))]).toEqual([0, `ciphers ${CIPHERS.join(',')}`])
  const end = await runCommand({ file: 'ssh', args: ['-Q', 'cipher'], timeoutMs: 20_000, maxStdoutBytes: 9_999 })
  expect(
    end.stdout
      .toString()
      .trim()
      .split('\n')
      .filter((name) => checkCipher(name) !== null),
  ).toEqual([])
})

test('what is refused, and nothing more', () => {
  const refused = (values: readonly string[], rule: (text: string) => string | null) =>
    values.filter((value) => rule(value) !== null)
  expect(refused(IDS, checkHostId)).toEqual(IDS.slice(10))
  expect(refused(HOSTNAMES, checkHostname)).toEqual(HOSTNAMES.slice(15))
  expect(refused(USERS, checkSshUser)).toEqual(USERS.slice(7))
  expect(refused(PATHS, checkSshPath)).toEqual(PATHS.slice(10))
  expect(refused(WRITTEN, checkPath)).toEqual(WRITTEN.slice(7))
  expect(
    ['aes128-gcm', 'aes128-ctr,aes256-ctr', '+aes128-ctr', 'aes*', 'AES128-CTR', ''].filter(
      (name) => checkCipher(name) === null,
    ),
  ).toEqual([])
})
