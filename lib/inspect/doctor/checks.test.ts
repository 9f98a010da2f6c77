import { describe, expect, test } from 'bun:test'
import type { Mapping } from '#lib/replication/types/inventory.ts'
import type { RemoteFault } from '#lib/ssh/types.ts'
import type { PoolStatus } from '#lib/zfs/pool.ts'
import type { DatasetFacts, PoolFacts } from '#lib/zfs/types.ts'
import { checkBackup, checkDataset, checkPool } from './dataset.ts'
import { host } from './host.fixture.ts'
import { checkClock, checkLogin, checkShell } from './login.ts'
import { checkAccess, checkNotifications, checkSchedule } from './witness.ts'
import { checkFeatures, checkZfs } from './zfs.ts'

describe('login', () => {
  const fault: RemoteFault = {
    kind: 'auth',
    host: 'hqs1',
    message: 'hqs1 refused the key.',
    stderrTail: '',
    exitCode: null,
    retryable: false,
  }
  test('a refused key: the cure is the line for authorized_keys', () => {
    const found = checkLogin({ host, tcp: 3, fault, latencyMs: 0, user: null })
    expect(found.state).toBe('FAILED')
    expect(found.message).toContain('TCP to hqs1.storage.local port 22 stands')
    expect(found.cure).toContain('zwitness keys show')
  })
  test('a host that is off on purpose is only a warning', () => {
    const off = { ...host, online: { kind: 'on_demand' } as const }
    expect(checkLogin({ host: off, tcp: 'refused', fault, latencyMs: 0, user: null }).state).toBe('WARNING')
  })
  const clocks: readonly [number | null, string][] = [
    [0, 'OK'],
    [30, 'OK'],
    [-31, 'WARNING'],
    [null, 'WARNING'],
  ]
  test.each(clocks)('a clock that is %p s off: %s', (skew, state) =>
    expect(checkClock('hqs1', skew).state).toBe(state as never),
  )
  const shells: readonly [string | null, string, string][] = [
    ['zwitness\n', '', 'OK'],
    ['zwitness\n', 'Welcome!\n', 'WARNING'],
    ['This account is only for menus\n', '', 'FAILED'],
    [null, '', 'FAILED'],
  ]
  test.each(shells)('a shell that answers %p after %p: %s', (echo, noise, state) =>
    expect(checkShell('hqs1', 'zfsadmin', echo, noise).state).toBe(state as never),
  )
})

describe('zfs version', () => {
  const answer = (stdout: string, exitCode = 0, stderr = '') =>
    checkZfs('hqs1', ['zfs'], { id: 'v', exitCode, stdout, stderr })
  const cases: readonly [string, ReturnType<typeof answer>, string, boolean][] = [
    ['new', answer('zfs-2.3.9-1\nzfs-kmod-2.3.9-1\n'), 'OK', true],
    ['without receive:append', answer('zfs-kmod-2.2.4-1\n'), 'OK', true],
    ['too old', answer('zfs-kmod-2.0.7-1\n'), 'FAILED', true],
    ['unknown', answer('', 2, "unrecognized command 'version'"), 'WARNING', true],
    ['not there', answer('', 127, 'sh: zfs: not found'), 'FAILED', false],
    ['sudo wants a password', answer('', 1, 'sudo: a password is required'), 'FAILED', false],
  ]
  test.each(cases)('%s', (_name, { found, usable }, state, expected) => {
    expect([found.state, usable]).toEqual([state as never, expected])
  })
  test('what an older one lacks is said', () => {
    expect(answer('zfs-kmod-2.1.5-1\n').found.message).toMatch(/snapshots_changed.*receive:append/)
  })
})

describe('pool', () => {
  const NOW = Date.parse('2026-11-22T12:00:00Z')
  const facts: PoolFacts = { name: 'vault', health: 'ONLINE', readonly: false, sizeBytes: 100, freeBytes: 50 }
  const scrubbed = (days: number): PoolStatus => ({
    scan: 'scrub …',
    scrub: { endedAt: NOW / 1000 - days * 86_400, running: false, errors: 0 },
    dataErrors: null,
  })
  const seen = { host: 'hqs1', pool: 'vault', facts, status: scrubbed(3), isBackup: true, now: NOW }
  const cases: readonly [string, Parameters<typeof checkPool>[0], string][] = [
    ['well', seen, 'OK'],
    ['not imported', { ...seen, facts: null }, 'FAILED'],
    ['not listed', { ...seen, facts: undefined }, 'FAILED'],
    ['suspended', { ...seen, facts: { ...facts, health: 'SUSPENDED' } }, 'FAILED'],
    ['degraded', { ...seen, facts: { ...facts, health: 'DEGRADED' } }, 'WARNING'],
    ['nearly full on raidz', { ...seen, facts: { ...facts, usable: { usedBytes: 46, availableBytes: 4 } } }, 'WARNING'],
    ['nearly full', { ...seen, facts: { ...facts, freeBytes: 9 } }, 'WARNING'],
    ['read-only, of a backup', { ...seen, facts: { ...facts, readonly: true } }, 'FAILED'],
    ['read-only, of a primary', { ...seen, isBackup: false, facts: { ...facts, readonly: true } }, 'OK'],
    ['scrubbed long ago', { ...seen, status: scrubbed(40) }, 'WARNING'],
    ['never scrubbed', { ...seen, status: { scan: null, scrub: null, dataErrors: null } }, 'WARNING'],
    ['whose scrub could not be read', { ...seen, status: undefined }, 'OK'],
    ['with damaged data', { ...seen, status: { ...scrubbed(1), dataErrors: '3 data errors' } }, 'FAILED'],
  ]
  test.each(cases)('%s', (_name, pool, state) => expect(checkPool(pool).state).toBe(state as never))
})

test('a feature that streams carry and the backup lacks has its line, where a line helps', () => {
  const side = (id: string, features: Record<string, 'active' | 'enabled' | 'disabled'>) => ({
    host: id,
    pool: `${id}p`,
    features: new Map(Object.entries(features)),
  })
  const primary = side('a', { zstd_compress: 'active' })
  expect(checkFeatures(primary, side('b', { zstd_compress: 'disabled' })).fix).toEqual([
    { host: 'b', command: 'zpool set feature@zstd_compress=enabled bp' },
  ])
  expect(checkFeatures(primary, side('b', {}))).toMatchObject({ state: 'WARNING', fix: [] })
  expect(checkFeatures(primary, { ...primary, features: undefined }).state).toBe('SKIPPED')
})

describe('dataset', () => {
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
    referenced: 0,
    available: 0,
    readonly: true,
    mounted: false,
    encryption: 'off',
    encryptionRoot: null,
    keyStatus: null,
  }
  const mapping: Mapping = {
    id: 'a',
    primary: { host: 'hqs8', dataset: 'tank/a' },
    backup: { host: 'hqs1', dataset: 'vault/a' },
  }
  const policy = { send: { raw: 'auto', largeBlocks: true, compressed: true } } as Parameters<typeof checkDataset>[1]
  const check = (
    primary: Parameters<typeof checkDataset>[2],
    backup: Parameters<typeof checkDataset>[3],
    parent: Parameters<typeof checkDataset>[4] = facts,
  ) => checkDataset(mapping, policy, primary, backup, parent)

  const cases: readonly [string, ReturnType<typeof check>, string][] = [
    ['both there', check(facts, facts), 'OK'],
    ['primary gone', check('missing', facts), 'FAILED'],
    ['primary not known', check({ because: 'no answer.' }, facts), 'SKIPPED'],
    ['backup to be seeded', check(facts, 'missing'), 'WARNING'],
    ['no parent to seed into', check(facts, 'missing', 'missing'), 'FAILED'],
    ['of two types', check(facts, { ...facts, type: 'volume' }), 'FAILED'],
    [
      'key not loaded',
      check(facts, { ...facts, encryption: 'aes-256-gcm', encryptionRoot: 'vault', keyStatus: 'unavailable' }),
      'FAILED',
    ],
  ]
  test.each(cases)('%s', (_name, found, state) => expect(found.state).toBe(state as never))

  test('a backup that can be written has the line that cures it; one that was written is told apart', () => {
    expect(checkBackup(mapping, { ...facts, readonly: false }, 'on')).toMatchObject({
      state: 'WARNING',
      fix: [{ host: 'hqs1', command: 'zfs set readonly=on vault/a' }],
    })
    expect(checkBackup(mapping, { ...facts, written: 4096 }, 'noauto').message).toContain('4 KiB')
    expect(checkBackup(mapping, facts, 'noauto').state).toBe('OK')
  })
})

describe('the witness itself', () => {
  const scheduler = {
    enabled: true,
    cron: '*/30 * * * *',
    intervalSeconds: 1800,
    timezone: 'Europe/Berlin',
    verifyCron: null,
  }
  test('the next three scans in the zone of the configuration', () => {
    expect(checkSchedule(scheduler, Date.parse('2026-11-22T12:10:00Z')).message).toBe(
      'Scans at 2026-11-22 13:30, 2026-11-22 14:00, 2026-11-22 14:30 (Europe/Berlin).',
    )
    expect(checkSchedule({ ...scheduler, enabled: false }, 0).state).toBe('WARNING')
    expect(checkSchedule({ ...scheduler, cron: null, intervalSeconds: 2700 }, 0).message).toContain('every 45 min')
  })
  test('who is told is named, without what is secret of it', () => {
    const none = { warnForSeconds: 1800, digestAt: null, report: null, channels: [], deadman: [] }
    expect(checkNotifications(none).message).toBe('No notification channels are configured.')
    const channel = { minSeverity: 'warning', events: null, pairs: null, quietHours: null, critical: true } as const
    const settings = { url: 'https://hooks.example/t0ken' }
    const told = checkNotifications({
      ...none,
      channels: [
        { ...channel, name: 'ops', type: 'ntfy', settings },
        { ...channel, name: 'webhook', type: 'webhook', settings },
      ],
      deadman: [{ url: 'https://ping.example/t0ken', kind: 'healthchecks', by: 'check' }],
    })
    expect(told.message).toBe("Messages go to ops (ntfy), webhook; 1 dead man's switch.")
  })
  test('an address in the clear', () => {
    const access = (publicUrl: string | null) =>
      checkAccess({ auth: { mode: 'password' }, server: { publicUrl }, warnings: [] } as never).state
    expect(access(null)).toBe('OK')
    expect(access('https://witness.example')).toBe('OK')
    expect(access('http://127.0.0.1:8080')).toBe('OK')
    expect(access('http://witness.example')).toBe('WARNING')
    expect(access('https://example/witness')).toBe('FAILED')
  })
  test('a hash whose cost is not the usual one', () => {
    const at = { file: 'f', line: 1, column: 1, message: 'The hash of fred has another cost.' }
    const config = { auth: { mode: 'password' }, server: { publicUrl: null } }
    const found = (...paths: readonly string[]) =>
      checkAccess({ ...config, warnings: paths.map((path) => ({ ...at, path })) } as never)
    expect(found('auth.users.fred.password_hash')).toMatchObject({ state: 'WARNING', message: at.message })
    expect(found('auth.users.f.password_hash', 'auth.users.g.h.password_hash').message).toContain('There are 1 more')
    expect(found('auth.mode', 'pairs.0').state).toBe('OK')
  })
})
