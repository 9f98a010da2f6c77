import { describe, expect, test } from 'bun:test'
import type { HostConfig } from '#config/effective.ts'
import type { PresentSide } from '#lib/replication/types/inventory.ts'
import type { PoolStatus } from '#lib/zfs/pool.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import { noRestore, restoreOf } from './restore.ts'
import { compareHistories, judgeVerification, newestCommonBefore } from './verdict.ts'

const facts: DatasetFacts = {
  name: 'vault/a',
  type: 'filesystem',
  guid: '1',
  createtxg: 1n,
  origin: null,
  snapshotsChanged: null,
  receiveResumeToken: null,
  written: 0,
  used: 0,
  referenced: 5_000_000,
  available: 0,
  readonly: true,
  mounted: false,
  encryption: 'off',
  encryptionRoot: null,
  keyStatus: null,
}

/** `1 2=other 3` → snapshots s1, other, s3 with the guids 1, 2, 3 in this order; creation 1000 × guid. */
function side(text: string, change: Partial<DatasetFacts> = {}): PresentSide {
  const snapshots = text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, at) => {
      const [guid = '', name = `s${guid}`] = word.split('=')
      return { guid, name, createtxg: BigInt(at + 10), creation: 1000 * Number(guid), holds: 0 }
    })
  return { state: 'present', facts: { ...facts, ...change }, snapshots, bookmarks: [] }
}
const filter = { include: [], exclude: ['syncoid_*'], minAgeSeconds: 0 }
const compare = (primary: string, backup: string) => compareHistories(side(primary), side(backup), filter, 1e9)

describe('the whole history', () => {
  const cases: readonly [string, string, string, Partial<ReturnType<typeof compare>> | object][] = [
    ['equal', '1 2 3', '1 2 3', { commonCount: 3, gaps: [], sameOrder: true, keptOnBackup: 0, aheadOnBackup: 0 }],
    ['a gap in the middle', '1 2 3', '1 3', { commonCount: 2, gaps: [{ name: 's2' }] }],
    ['what the policy does not want is no gap', '1 2=syncoid_x 3', '1 3', { gaps: [], leftOut: 1 }],
    ['older ones than the oldest common were never there', '1 2 3', '2 3', { gaps: [], commonCount: 2 }],
    ['newer ones than the newest common are just behind', '1 2 3', '1 2', { gaps: [], newest: { name: 's2' } }],
    ['pruned on the primary', '3 4', '1 2 3 4', { keptOnBackup: 2, aheadOnBackup: 0 }],
    ['own ones on the backup', '1 2', '1 2 9', { aheadOnBackup: 1 }],
    ['renamed ones are the same', '1 2', '1 2=weekly', { commonCount: 2, renamed: 1 }],
    [
      'one name, two snapshots',
      '1 2=x 3',
      '1 9=x 3',
      { clashes: [{ name: 'x', primaryGuid: '2', backupGuid: '9' }], gaps: [{ guid: '2' }] },
    ],
    ['another order', '1 2 3', '2 1 3', { sameOrder: false }],
    ['nothing in common', '1', '2', { commonCount: 0, newest: null, oldest: null }],
  ]
  test.each(cases)('%s: %s against %s', (_name, primary, backup, expected) => {
    expect(compare(primary, backup)).toMatchObject(expected)
  })
})

describe('the judgement', () => {
  const scrubbedAt = (endedAt: number): PoolStatus => ({
    scan: 'x',
    scrub: { endedAt, running: false, errors: 0 },
    dataErrors: null,
  })
  const judge = (change: Partial<Parameters<typeof judgeVerification>[0]>) =>
    judgeVerification({
      before: [],
      history: compare('1 2', '1 2'),
      backup: facts,
      backupName: 'hqs1:vault/a',
      poolName: 'vault',
      poolStatus: scrubbedAt(5000),
      datasetId: 'a',
      now: 6_000_000,
      newestBefore: (seconds) => newestCommonBefore(side('1 2'), side('1 2'), seconds),
      ...change,
    })
  const days = (count: number) => (6_000 + count * 86_400) * 1000
  const cases: readonly [string, Parameters<typeof judge>[0], string, readonly string[]][] = [
    ['nothing wrong', {}, 'VERIFIED', []],
    ['a scrub before the newest common snapshot', { poolStatus: scrubbedAt(1500) }, 'VERIFIED', []],
    ['a scrub 34 days ago', { poolStatus: scrubbedAt(6000), now: days(34.9) }, 'VERIFIED', []],
    ['a scrub 35 days ago', { poolStatus: scrubbedAt(6000), now: days(35) }, 'ATTENTION', ['NOT_SCRUBBED']],
    ['a scrub dated ahead of us', { poolStatus: scrubbedAt(6000), now: days(-2) }, 'ATTENTION', ['NOT_SCRUBBED']],
    [
      'a scrub that runs',
      { poolStatus: { scan: 'x', scrub: { endedAt: null, running: true, errors: null }, dataErrors: null } },
      'VERIFIED',
      [],
    ],
    [
      'a scrub whose end cannot be read',
      { poolStatus: { scan: 'x', scrub: { endedAt: null, running: false, errors: null }, dataErrors: null } },
      'ATTENTION',
      ['NOT_SCRUBBED'],
    ],
    ['no scrub', { poolStatus: { scan: null, scrub: null, dataErrors: null } }, 'ATTENTION', ['NOT_SCRUBBED']],
    ['a scrub that could not be asked for is not known', { poolStatus: null }, 'VERIFIED', []],
    [
      'errors of the pool',
      { poolStatus: { ...scrubbedAt(5000), dataErrors: '1 data error' } },
      'FAILED',
      ['POOL_ERRORS'],
    ],
    ['not read-only', { backup: { ...facts, readonly: false } }, 'ATTENTION', ['NOT_READONLY']],
    ['written', { backup: { ...facts, written: 9 } }, 'ATTENTION', ['WRITTEN']],
    ['gap', { history: compare('1 2 3', '1 3') }, 'ATTENTION', ['GAP']],
    ['nothing in common', { history: compare('1', '2') }, 'FAILED', ['NO_COMMON_SNAPSHOT']],
    [
      'order',
      { history: compare('1 2 3', '2 1 3'), backup: { ...facts, readonly: false } },
      'FAILED',
      ['ORDER', 'NOT_READONLY'],
    ],
    [
      'a side that could not be read',
      {
        history: null,
        before: [{ code: 'NOT_COMPARED', state: 'UNKNOWN', message: 'hqs8 does not answer.', cure: null }],
      },
      'UNKNOWN',
      ['NOT_COMPARED'],
    ],
  ]
  test.each(cases)('%s', (_name, change, result, codes) => {
    const judged = judge(change)
    expect(judged.result).toBe(result as never)
    expect(judged.findings.map(({ code }) => code)).toEqual([...codes] as never)
    expect(judged.summary).not.toBe('')
  })
})

describe('what the last scrub has read', () => {
  const verified = (endedAt: number) =>
    judgeVerification({
      before: [],
      history: compare('1 2 3', '1 2 3'),
      backup: facts,
      backupName: 'hqs1:vault/a',
      poolName: 'vault',
      poolStatus: { scan: 'x', scrub: { endedAt, running: false, errors: 0 }, dataErrors: null },
      datasetId: 'a',
      now: 1_000_000_000,
      newestBefore: (seconds) => newestCommonBefore(side('1 2 3'), side('1 2=weekly 3'), seconds),
    })
  test('the newest common snapshot from before it is named, as the primary calls it', () => {
    expect(verified(2500)).toMatchObject({ result: 'VERIFIED', pool: { newestBeforeScrub: { name: 's2', guid: '2' } } })
    expect(verified(2500).summary).toEndWith('ended 11 d ago; the newest common snapshot from before it is @s2.')
    expect(verified(900).summary).toEndWith('ended 11 d ago; no common snapshot is as old as that.')
  })
})

describe('the restore', () => {
  const host = (id: string, change: Partial<HostConfig> = {}): HostConfig => ({
    id,
    hostname: `${id}.storage.local`,
    port: 22,
    sshUser: 'zfsadmin',
    identityFile: null,
    zfsCommand: ['zfs'],
    maxTransfers: 2,
    maxHandshakes: 4,
    proxyJump: null,
    connectTimeoutSeconds: 10,
    online: { kind: 'always' },
    ...change,
  })
  const backup = side('1 2 3')
  const restore = (change: Partial<Parameters<typeof restoreOf>[0]> = {}) =>
    restoreOf({
      primary: { host: host('hqs8'), dataset: 'tank/a' },
      backup: { host: host('hqs1', { port: 2222 }), dataset: 'vault/a', side: backup },
      snapshot: backup.snapshots[2] as never,
      details: new Map(),
      properties: {},
      now: Date.parse('2026-11-22T10:00:00Z'),
      ...change,
    })

  test('into a new name, each side quoted for its own shell', () => {
    expect(restore().command).toBe(
      "ssh -p 2222 hqs1.storage.local 'zfs send -L -c vault/a@s3' | ssh hqs8.storage.local 'zfs receive -s -u tank/a.restored-20261122T100000Z'",
    )
    expect(restore().withHistory).toEqual([
      "ssh -p 2222 hqs1.storage.local 'zfs send -L -c vault/a@s1' | ssh hqs8.storage.local 'zfs receive -s -u tank/a.restored-20261122T100000Z'",
      "ssh -p 2222 hqs1.storage.local 'zfs send -L -c -I vault/a@s1 vault/a@s3' | ssh hqs8.storage.local 'zfs receive -s -u tank/a.restored-20261122T100000Z'",
    ])
  })
  test('a name with a space survives both shells', () => {
    const { command } = restore({ backup: { host: host('hqs1'), dataset: 'vault/my data', side: backup } })
    const words = Bun.spawnSync(['sh', '-c', `ssh() { shift; sh -c "printf '<%s>' $1"; }; ${command?.split(' | ')[0]}`])
    expect(words.stdout.toString()).toBe('<zfs><send><-L><-c><vault/my data@s3>')
  })
  test('an encrypted one comes raw and needs its key', () => {
    const encrypted = side('1 2 3', { encryption: 'aes-256-gcm', encryptionRoot: 'vault/a', keyStatus: 'unavailable' })
    const found = restore({
      backup: { host: host('hqs1'), dataset: 'vault/a', side: encrypted },
      details: new Map([
        ['keyformat', 'passphrase'],
        ['keylocation', 'prompt'],
      ]),
    })
    expect(found.command).toContain('zfs send -L -c -w vault/a@s3')
    expect(found.needs.join(' ')).toContain('The passphrase of vault/a (keylocation prompt)')
  })
  test('what no stream carries is said, and what is not known', () => {
    expect(restore({ properties: { quota: '5', mountpoint: '/x y' } }).needs.join(' ')).toContain(
      "quota=5 'mountpoint=/x y'",
    )
    expect(restore({ properties: null }).needs.join(' ')).toContain('could not be read')
  })
  test('a name that is already long, and a whole pool', () => {
    const long = `tank/${'x'.repeat(248)}`
    expect(restore({ primary: { host: host('hqs8'), dataset: long } }).into?.length).toBeLessThanOrEqual(255)
    expect(restore({ primary: { host: host('hqs8'), dataset: 'tank' } }).into).toBe('tank/restored-20261122T100000Z')
  })
  test('no backup: no command', () => {
    expect(noRestore(false, 'There is no backup.')).toMatchObject({
      possible: false,
      command: null,
      needs: ['There is no backup.'],
    })
  })
})
