// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own syntax
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { DEFAULT_AUTH } from './effective.ts'
import { changed, load, loaded, PRODUCT_YAML } from './load.fixture.ts'

const MINIMAL_POLICY = {
  maxDelaySeconds: 72 * 3600,
  warnDelaySeconds: 36 * 3600,
  minAgeSeconds: 0,
  maxRecoveryPointSeconds: null,
  primaryMaxAgeSeconds: null,
  autoRepair: true,
  dryRun: false,
  repairWhen: 'warning',
  onDiverged: 'proven',
  retired: 'warning',
  anchor: 'bookmark',
  initial: 'oldest',
  snapshotInclude: [],
  snapshotExclude: ['syncoid_*'],
  send: { raw: 'auto', largeBlocks: true, compressed: true },
  keepFree: { fraction: 0.1 },
  bandwidthLimit: null,
  repairWindow: null,
} as const

test('the form that users already have loads unchanged, without a warning', () => {
  const { config } = loaded(PRODUCT_YAML)
  expect(config.warnings).toEqual([])
  expect([...config.hosts.keys()]).toEqual(['hqs8', 'hqs10', 'hqs1', 'hqs7'])
  expect(config.hosts.get('hqs8')).toEqual({
    id: 'hqs8',
    hostname: 'hqs8.storage.local',
    port: 22,
    sshUser: 'zfsadmin',
    identityFile: null,
    zfsCommand: ['zfs'],
    maxTransfers: 2,
    maxHandshakes: 4,
    proxyJump: null,
    connectTimeoutSeconds: 10,
    online: { kind: 'always' },
  })
  expect(config.datasets.map(({ id }) => id)).toEqual(['hqs8-hqs1.HQS8DAT1', 'hqs10-hqs7.HQS10DAT1'])
  expect(config.datasets[0]).toEqual({
    id: 'hqs8-hqs1.HQS8DAT1',
    pair: 'HQS8 → HQS1',
    primary: { host: 'hqs8', dataset: 'hqs8p1/HQS8DAT1' },
    backup: { host: 'hqs1', dataset: 'hqs1p1/HQS8DAT1' },
    recursive: false,
    exclude: [],
    policy: MINIMAL_POLICY,
    paused: false,
    at: { file: 'app-config.yaml', line: 11 },
    dryRunLine: null,
    filterLines: { include: null, exclude: null },
  })
  expect(config.scheduler).toEqual({
    enabled: true,
    cron: '*/30 * * * *',
    intervalSeconds: 1800,
    timezone: 'UTC',
    verifyCron: '41 4 * * 0',
  })
  expect(config.auth).toEqual(DEFAULT_AUTH)
})

test('the sample that ships says the same as the users’ form', () => {
  const sample = loaded(readFileSync(new URL('./app-config.yaml', import.meta.url), 'utf8')).config
  const plain = loaded(PRODUCT_YAML).config
  expect(sample.warnings).toEqual([])
  expect({ ...sample, source: null, datasets: sample.datasets.map(({ at: _, ...rest }) => rest) }).toEqual({
    ...plain,
    source: null,
    datasets: plain.datasets.map(({ at: _, ...rest }) => rest),
  })
})

test('every line that the sample comments out is accepted as it stands, one block at a time', () => {
  const sample = readFileSync(new URL('./app-config.yaml', import.meta.url), 'utf8')
  const blocks = sample
    .split('\n\n')
    .filter((block) => /^# [a-z]+:/m.test(block) && !/^[a-z]/m.test(block) && !block.includes('zwitness'))
  expect(blocks.length).toBeGreaterThanOrEqual(5)
  for (const block of blocks) {
    const written = block
      .split('\n')
      .map((line) => line.replace(/^# ?/, ''))
      .filter((line) => /^( {2})?[a-z_]+:/.test(line))
    for (const alternative of alternatives(written)) loaded(`${PRODUCT_YAML}${alternative}\n`)
  }
})

/** `auth` stands there once for each mode; a file can have only one of them. */
function alternatives(lines: readonly string[]): readonly string[] {
  if (!lines[0]?.startsWith('auth:')) return [lines.filter((line) => !line.startsWith('Settings')).join('\n')]
  return lines.map((line) => (line.includes('proxy') ? `${line}\nserver: { trusted_proxies: [127.0.0.1] }` : line))
}

test('the nearest settings win: dataset, pair defaults, defaults, built in', () => {
  const { config } = loaded(`
san_hosts: { a: { hostname: a, ssh_user: w, max_transfers: 5 }, b: { hostname: b, ssh_user: w } }
ssh: { max_transfers: 3, connect_timeout_seconds: 20 }
defaults: { max_delay_hours: 10, keep_free: 1TiB, send: { raw: true, compressed: false }, dry_run: true }
pairs:
  - primary: a
    backup: b
    defaults: { max_delay_hours: 20, send: { compressed: true } }
    datasets:
      - { name: p/one, backup_dataset: q/one }
      - { name: p/two, backup_dataset: q/two, max_delay_hours: 30, warn_delay_hours: 0.5, dry_run: false, snapshot_exclude: [] }
`)
  const [one, two] = config.datasets
  expect(one?.pair).toBe('a → b')
  expect(one?.policy).toMatchObject({
    maxDelaySeconds: 20 * 3600,
    warnDelaySeconds: 10 * 3600,
    keepFree: { bytes: 2 ** 40 },
    send: { raw: true, largeBlocks: true, compressed: true },
    dryRun: true,
    snapshotExclude: ['syncoid_*'],
  })
  expect(one?.dryRunLine).toBe(4)
  expect(two?.policy).toMatchObject({
    maxDelaySeconds: 30 * 3600,
    warnDelaySeconds: 1800,
    dryRun: false,
    snapshotExclude: [],
  })
  expect(two?.dryRunLine).toBeNull()
  expect([one?.filterLines, two?.filterLines]).toEqual([
    { include: null, exclude: null },
    { include: null, exclude: 11 },
  ])
  expect([...config.hosts.values()].map((host) => [host.maxTransfers, host.connectTimeoutSeconds])).toEqual([
    [5, 20],
    [3, 20],
  ])
})

test('variables of the environment fill text, and numbers where a number belongs; $$ is a dollar sign', () => {
  const text = changed('hostname: hqs8.storage.local', 'hostname: "${NAME}.lan", port: "${PORT}"').replace(
    '"HQS8 → HQS1"',
    () => '"five $$"',
  )
  const { config } = loaded(text, { NAME: 'hqs8', PORT: '2222' })
  expect(config.hosts.get('hqs8')).toMatchObject({ hostname: 'hqs8.lan', port: 2222 })
  expect(config.pairs[0]?.name).toBe('five $')
})

test('a variable cannot add keys to the file', () => {
  const result = load(changed('hostname: hqs8.storage.local', 'hostname: "${NAME}"'), { NAME: 'x, port: 1' } as Record<
    string,
    string
  >)
  expect(result.faults?.[0]?.message).toContain('is refused; write a DNS name')
})

test.each([
  [
    'a host that no pair uses',
    PRODUCT_YAML.replace('pairs:', '  spare: { hostname: spare, ssh_user: w }\npairs:'),
    '6:10 san_hosts.spare',
    'No pair uses',
  ],
  [
    'a pool root as backup',
    changed('hqs1p1/HQS8DAT1', 'hqs1p1'),
    '11:50 pairs.0.datasets.0.backup_dataset',
    'cannot be set aside',
  ],
  [
    'a name with little room',
    changed('hqs1p1/HQS8DAT1', `hqs1p1/${'x'.repeat(190)}`),
    '11:50 pairs.0.datasets.0.backup_dataset',
    'only 28 of the 255',
  ],
  ['both copies on one host', changed('backup: hqs1', 'backup: hqs8'), '9:13 pairs.0.backup', 'takes both copies'],
  [
    'auth none',
    `${PRODUCT_YAML}auth: { mode: none, none_role: operator }\n`,
    '19:15 auth.mode',
    'is operator, without a password',
  ],
  [
    'a digest for nobody',
    `${PRODUCT_YAML}notifications: { digest: "08:00" }\n`,
    '19:26 notifications.digest',
    'no effect without channels',
  ],
  [
    'a maximum that every gap between the hours of a host goes beyond',
    changed('hqs1.storage.local,', 'hqs1.storage.local, online: "Sat 20:00-Sun 08:00",'),
    '11:84 pairs.0.datasets.0.max_delay_hours',
    'max_delay_hours (72) is less than the 156 h that hqs1 may be off between its hours (Sat 20:00-Sun 08:00)',
  ],
  [
    'auto_repair under dry_run',
    changed('dry_run: false', 'dry_run: true'),
    '11:116 pairs.0.datasets.0.dry_run',
    'no effect while dry_run',
  ],
])('a warning, not a fault: %s', (_, text, place, words) => {
  const { config } = loaded(text)
  expect(config.warnings.map(({ line, column, path }) => `${line}:${column} ${path}`)).toContain(place)
  expect(config.warnings.map(({ message }) => message).join(' ')).toContain(words)
})

test.each([
  ['always', 72, '', 36, undefined],
  ['Sat 20:00-Sun 08:00', 500, '', 180, 156],
  ['Sat 20:00-Sun 08:00', 170, '', 170, 156],
  ['Sat 20:00-Sun 08:00', 500, ', warn_delay_hours: 20', 20, undefined],
  ['on_demand', 500, '', 500, undefined],
])('the warning of a host that is on %s, maximum %d%s', (online, max, own, warn, gap) => {
  const text = changed('hqs1.storage.local,', `hqs1.storage.local, online: "${online}",`)
  const { config } = loaded(text.replace('max_delay_hours: 72', `max_delay_hours: ${max}${own}`))
  expect(config.datasets[0]?.policy.warnDelaySeconds).toBe(warn * 3600)
  expect(config.datasets[0]?.policy.warnGapSeconds).toBe(gap === undefined ? undefined : gap * 3600)
  expect(config.warnings).toEqual([])
})

test('a name without room for the suffix of a set-aside is refused', () => {
  const { faults } = load(changed('hqs1p1/HQS8DAT1', `hqs1p1/${'x'.repeat(220)}`))
  expect(faults?.[0]?.message).toBe(
    'The name has 227 characters, 3 too many for the suffix of a set-aside (29) within the 255 of ZFS; write a shorter one.',
  )
})

test('two ids of one machine do not hide two mappings onto one backup', () => {
  const text = changed('hqs7.storage.local', 'HQS1.storage.local').replace('hqs7p1/HQS10DAT1', 'hqs1p1/HQS8DAT1')
  expect(load(text).faults?.[0]?.message).toContain('is already the backup of line 11')
})

test('a time zone comes from TZ, and a TZ that is none is said', () => {
  expect(loaded(PRODUCT_YAML, { TZ: ':Europe/Berlin' }).config.scheduler.timezone).toBe('Europe/Berlin')
  const { config } = loaded(PRODUCT_YAML, { TZ: 'Nowhere' })
  expect(config.scheduler.timezone).toBe('UTC')
  expect(config.warnings[0]?.message).toContain('TZ=Nowhere')
})
