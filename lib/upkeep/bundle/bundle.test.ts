import { describe, expect, test } from 'bun:test'
import { nameReplacer } from './names.ts'
import { secretRemover } from './secrets.ts'

describe('what looks like a secret is taken out', () => {
  const remove = secretRemover(['hunter2!', 'my pass phrase', 'abc'])
  const token = `zwt_0123456789_${'a1'.repeat(24)}`
  test.each([
    ['of the configuration', 'login with hunter2! failed', 'login with *** failed'],
    ['with blanks', 'sent "my pass phrase"', 'sent "***"'],
    ['too short to be told from a word', 'abcdef', 'abcdef'],
    ['a token of ours', `used ${token}.`, 'used ***.'],
    ['a hash', "hash: '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA'", "hash: '***'"],
    ['a header', 'Authorization: Bearer abcdef123', 'Authorization: ***'],
    ['a cookie', 'cookie=zwitness_session=abc; more', 'cookie=***'],
    ['a bearer', 'sent bearer abcdefgh', 'sent bearer ***'],
    ['a hook', 'POST https://hooks.slack.com/services/T0/B0/xyz gave 404', 'POST https://hooks.slack.com/*** gave 404'],
    ['a bot', 'https://api.telegram.org/bot123:AA-b/sendMessage', 'https://api.telegram.org/***'],
    ['a password in an address', 'smtps://bob:pa55@mail.example:465', 'smtps://***@mail.example:465'],
    ['both', 'https://bob:pa55@x.example/p?q=1', 'https://x.example/***'],
    ['a query', 'http://a.example?token=1', 'http://a.example/***'],
    ['an assignment', 'SMTP_PASSWORD=pa55 and x', 'SMTP_PASSWORD=*** and x'],
    ['a key in YAML', 'token: tk_abc', 'token: ***'],
    ['a key of ssh', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAA\n-----END OPENSSH PRIVATE KEY-----\nx', '***\nx'],
    ['one that was cut off', '-----BEGIN PRIVATE KEY-----\nAAA', '***'],
    ['made by a machine', 'got Ab3dEf6hIj9lMn2pQr5tUv8x', 'got ***'],
  ])('%s', (_, text, wanted) => {
    expect(remove({ message: text }).message).toBe(wanted)
  })

  test.each([
    'hqs8p1/HQS8DAT1@zfs-auto-snap_hourly-2026-11-22-1400UTC',
    'tank/a@autosnap_2026-11-22_14:00:00_hourly',
    `SHA256:${'Ab3'.repeat(14)}x`,
    'ab'.repeat(32),
    'https://witness.example',
    '1-c740b4779-b8-789c636064',
    'Run 7 needs a token of an operator.',
  ])('what is none stays: %s', (text) => expect(remove({ message: text })).toEqual({ message: text }))

  test('fields by their name, and rows of the configuration by their path', () => {
    expect(
      remove({
        password: 'a',
        nested: [{ apiKey: 'b', tokens: ['c'] }],
        values: [
          { path: 'auth.users.alice.password_hash', value: 'd', origin: 'line 3' },
          { path: 'notifications.channels.mail.password', value: null, origin: 'built-in default' },
          { path: 'scheduler.interval_minutes', value: 30, origin: 'line 4' },
        ],
      }),
    ).toEqual({
      password: '***',
      nested: [{ apiKey: '***', tokens: ['***'] }],
      values: [
        { path: 'auth.users.alice.password_hash', value: '***', origin: 'line 3' },
        { path: 'notifications.channels.mail.password', value: null, origin: 'built-in default' },
        { path: 'scheduler.interval_minutes', value: 30, origin: 'line 4' },
      ],
    })
  })
})

describe('names are replaced, the same everywhere', () => {
  const names = {
    hosts: [
      { id: 'hqs8', hostname: 'hqs8.corp.example' },
      { id: 'hqs7', hostname: '10.1.2.3' },
    ],
    datasets: ['hqs8p1/HQS8DAT1', 'hqs7p1/backup/HQS8DAT1', 'tank/data'],
    users: ['alice', 'root', 'ops@corp.example'],
    pairs: ['HQS8 → HQS7', 'hq8-7'],
    channels: ['acme-pager'],
    machines: ['wit-01.corp.example'],
  }
  // Numbers are given as names are met: each test begins anew.
  const replace = <T>(document: T): T => nameReplacer(names)(document)

  test.each([
    ['hqs7 answers, HQS8 does not', 'host-2 answers, host-1 does not'],
    ['hqs8p1/HQS8DAT1@daily-3', 'pool-1/dataset-1@daily-3'],
    ['hqs8p1/HQS8DAT1@auto.daily', 'pool-1/dataset-1@auto.daily'],
    ['hqs7p1/backup/HQS8DAT1', 'pool-2/dataset-2/dataset-1'],
    ['hqs7p1/backup/HQS8DAT1.zw-aside-20261122', 'pool-2/dataset-2/dataset-1.zw-aside-20261122'],
    ['hqs8p1/unknown/deep@x', 'pool-1/dataset-4/dataset-5@x'],
    ['hq8-7.HQS8DAT1', 'pair-2.dataset-1'],
    ['HQS8 → HQS7', 'pair-1'],
    ['the backup of the data', 'the backup of the data'],
    ['tank/data', 'pool-3/dataset-3'],
    [
      'alice and root at 192.168.7.9 and fe80::1 and 192.168.7.9',
      'user-1 and root at address-1 and address-2 and address-1',
    ],
    ['ssh hqs8.corp.example and other.corp.example', 'ssh host-1.domain-1 and other.domain-1'],
    ['at 14:00:05 127.0.0.1 zfs 2.3.9', 'at 14:00:05 127.0.0.1 zfs 2.3.9'],
    ['/Users/alice/x on wit-01', '/Users/user-1/x on host-3'],
    ['write to bob@acme.example by acme-pager', 'write to mail-1 by channel-1'],
    ['hqs80 is another', 'hqs80 is another'],
    [`SHA256:${'a'.repeat(43)}`, 'fingerprint-1'],
  ])('%s', (text, wanted) => expect(replace({ message: text })).toEqual({ message: wanted }))

  test('what a person typed is left out, a code is not', () => {
    expect(replace([{ reason: 'for Bob of Acme' }, { reason: 'LAGGING' }, { reason: { code: 'LAGGING' } }])).toEqual([
      { reason: '(typed by a person)' },
      { reason: 'LAGGING' },
      { reason: { code: 'LAGGING' } },
    ])
  })

  test('a key that is a name, too', () => {
    expect(replace<object>({ hqs7: 1, backup: 2 })).toEqual({ 'host-2': 1, backup: 2 })
  })
})
