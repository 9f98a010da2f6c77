import { describe, expect, test } from 'bun:test'
import { classify, type Evidence } from './classify.ts'
import { testHost } from './settings.fixture.ts'
import type { RemoteFaultKind } from './types.ts'

const NEVER_RAN: Evidence = {
  ended: 'exit',
  exitCode: 255,
  signal: null,
  failure: null,
  started: false,
  noise: '',
  stdoutNoise: '',
  tail: '',
}
const fault = (evidence: Partial<Evidence>) => classify(testHost(), { ...NEVER_RAN, ...evidence })

describe('ssh ended before the remote shell began: its text decides', () => {
  test.each<[RemoteFaultKind, boolean, string]>([
    ['dns', true, 'ssh: Could not resolve hostname hqs8.storage.local: Name or service not known'],
    ['dns', true, 'ssh: Could not resolve hostname hqs8: Temporary failure in name resolution'],
    ['refused', true, 'ssh: connect to host 10.0.0.5 port 22: Connection refused'],
    ['unreachable', true, 'ssh: connect to host 10.0.0.5 port 22: No route to host'],
    ['unreachable', true, 'ssh: connect to host 10.0.0.5 port 22: Network is unreachable'],
    ['unreachable', true, 'kex_exchange_identification: banner line contains invalid characters'],
    ['timeout', true, 'ssh: connect to host 10.0.0.5 port 22: Connection timed out'],
    ['timeout', true, 'Connection timed out during banner exchange\nConnection to 10.0.0.5 port 22 timed out'],
    [
      'throttled',
      true,
      'kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.5 port 22',
    ],
    ['throttled', true, 'Connection closed by 10.0.0.5 port 22'],
    ['throttled', true, 'kex_exchange_identification: banner: Not allowed at this time'],
    [
      'host-key-unknown',
      false,
      'No ED25519 host key is known for hqs8 and you have requested strict checking.\nHost key verification failed.',
    ],
    [
      'host-key-changed',
      false,
      '@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    ],
    ['auth', false, 'zfsadmin@10.0.0.5: Permission denied (publickey).'],
    ['auth', false, 'Received disconnect from 10.0.0.5 port 22:2: Too many authentication failures'],
    [
      'key-file',
      false,
      '@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nPermissions 0644 …\nzfsadmin@h: Permission denied (publickey).',
    ],
    [
      'key-file',
      false,
      'no such identity: /config/id_ed25519: No such file or directory\nzfsadmin@h: Permission denied (publickey).',
    ],
    [
      'key-file',
      false,
      'Load key "/config/id_ed25519": error in libcrypto\nzfsadmin@h: Permission denied (publickey).',
    ],
    [
      'algorithms',
      false,
      'Unable to negotiate with 10.0.0.5 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1',
    ],
    [
      'ssh-config',
      false,
      '/data/ssh/config: line 3: Bad configuration option: foo\n/data/ssh/config: terminating, 1 bad configuration options',
    ],
    ['ssh-config', false, 'hostname contains invalid characters'],
    ['local', false, 'unix_listener: cannot bind to path /run/zw/m1.x: No such file or directory'],
    ['lost', true, ''],
  ])('%s (again: %p): %s', (kind, retryable, noise) => {
    const found = fault({ noise })
    expect(found).toMatchObject({ kind, retryable, host: 'hqs8', exitCode: null })
    expect(found.message).toMatch(/\S.*[.?]$/)
    expect(found.message).not.toContain('undefined')
  })

  test('a changed key names the new fingerprint, an unknown one the hop that it belongs to', () => {
    const changed = `REMOTE HOST IDENTIFICATION HAS CHANGED!
The fingerprint for the ED25519 key sent by the remote host is
SHA256:abcDEF123/+.
Host key for hqs8 has changed and you have requested strict checking.`
    expect(fault({ noise: changed }).message).toContain('now SHA256:abcDEF123/+)')
    expect(fault({ noise: 'No ED25519 host key is known for hop and you …' }).message).toContain('scan hop')
  })

  test('what ssh says comes last: a long banner before it hides nothing, whatever it talks like', () => {
    const banner = 'REMOTE HOST IDENTIFICATION HAS CHANGED SHA256:a Unable to negotiate with : no matching '.repeat(800)
    expect(fault({ noise: `${banner}${'\n'.repeat(4000)}u@h: Permission denied (publickey).` }).kind).toBe('auth')
    expect(fault({ noise: banner }).stderrTail.length).toBeLessThanOrEqual(4096)
  })

  test('a banner that talks like a fault is not one when the shell says otherwise', () => {
    expect(fault({ noise: 'Connection refused is our motto', exitCode: 1 }).kind).toBe('no-shell-answer')
  })

  test('an account without a shell says so on stdout', () => {
    expect(fault({ exitCode: 1, stdoutNoise: 'This account is currently not available.\n' })).toMatchObject({
      kind: 'account',
    })
  })
})

describe('afterwards, and in the witness itself', () => {
  test.each<[RemoteFaultKind, boolean, Partial<Evidence>]>([
    ['lost', true, { started: true }],
    ['lost', true, { started: true, tail: 'Timeout, server 10.0.0.5 not responding.' }],
    ['lost', true, { started: true, tail: 'zfs: Permission denied (publickey)' }],
    ['timeout', true, { started: true, ended: 'silence', exitCode: null, limitSeconds: 60, running: 'zfs list' }],
    ['timeout', true, { ended: 'timeout', exitCode: null, limitSeconds: 60 }],
    ['too-slow', true, { started: true, ended: 'timeout', exitCode: null, limitSeconds: 60, running: 'zfs list' }],
    ['cancelled', true, { started: true, ended: 'cancelled', exitCode: null }],
    ['too-much-output', false, { started: true, ended: 'too-much-output' }],
    ['local', false, { ended: 'not-started', exitCode: null, failure: 'ENOENT' }],
    ['local', false, { ended: 'not-started', exitCode: null, failure: 'E2BIG' }],
    ['local', true, { ended: 'not-started', exitCode: null, failure: 'EMFILE' }],
  ])('%s (again: %p): %j', (kind, retryable, evidence) => expect(fault(evidence)).toMatchObject({ kind, retryable }))

  test('a command that is slow is named, with how long it was waited for; silence is laid to the link', () => {
    const evidence = { started: true, limitSeconds: 60, running: 'zfs list -Hp' }
    const slow = fault({ ...evidence, ended: 'timeout' }).message
    expect(slow).toBe('On hqs8 `zfs list -Hp` did not end within 60 s and was given up.')
    const silent = fault({ ...evidence, ended: 'silence' }).message
    expect(silent).toStartWith('hqs8 was silent for 60 s while `zfs list -Hp` ran')
  })

  test('what is shown of the other machine holds no control characters and is not long', () => {
    const tail = `\u001b[31mred\u001b[0m a\u202eb\u0007\n${'x'.repeat(9_000)}END`
    const shown = fault({ started: true, tail }).stderrTail
    expect(shown.length).toBeLessThanOrEqual(4096)
    expect(shown).toEndWith('END')
    expect(fault({ started: true, tail: '\u001b[31mred\u001b[0m a\u202eb\u0007' }).stderrTail).toBe('red ab')
  })
})
