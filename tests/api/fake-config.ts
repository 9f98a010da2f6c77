import { type Config, type DatasetConfig, DEFAULT_AUTH, type HostConfig } from '#config/effective.ts'

export const NOW = Date.parse('2026-11-22T14:32:10Z')

function host(id: string): HostConfig {
  return {
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
  }
}

export function datasetConfig(id: string, pair: 'HQS8 → HQS1' | 'HQS10 → HQS7', name: string): DatasetConfig {
  const [primary, backup] = pair === 'HQS8 → HQS1' ? ['hqs8', 'hqs1'] : ['hqs10', 'hqs7']
  return {
    id,
    pair,
    primary: { host: primary, dataset: `${primary}p1/${name}` },
    backup: { host: backup, dataset: `${backup}p1/${name}` },
    recursive: false,
    exclude: [],
    policy: {
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
    },
    paused: false,
    at: { file: '/config/app-config.yaml', line: 12 },
    dryRunLine: null,
    filterLines: { include: null, exclude: null },
  }
}

export function fakeConfig(change: Partial<Config> = {}): Config {
  return {
    hosts: new Map(['hqs8', 'hqs10', 'hqs1', 'hqs7'].map((id) => [id, host(id)])),
    pairs: [
      { name: 'HQS8 → HQS1', primary: 'hqs8', backup: 'hqs1' },
      { name: 'HQS10 → HQS7', primary: 'hqs10', backup: 'hqs7' },
    ],
    datasets: [],
    ssh: { knownHostsFile: null, ciphers: [], serverAliveIntervalSeconds: 15, serverAliveCountMax: 4 },
    scheduler: {
      enabled: true,
      cron: '*/30 * * * *',
      intervalSeconds: 1800,
      timezone: 'Europe/Vienna',
      verifyCron: null,
    },
    limits: { transfers: 4, stallSeconds: 900, commandSilenceSeconds: 60, commandTimeoutSeconds: 120, retries: 3 },
    // From the network everybody may look; what people may do when they sign in has tests of its own.
    auth: { ...DEFAULT_AUTH, mode: 'none', noneRole: 'viewer' },
    server: { publicUrl: null, allowedHosts: [], trustedProxies: [] },
    retention: {
      uneventfulRunsDays: 30,
      repairsDays: 90,
      scheduledChecksDays: 30,
      logsDays: 30,
      logsBytes: 200 * 1024 * 1024,
      lagDays: 400,
      historyDays: 400,
      invocationsDays: 30,
      retiredDays: 30,
      backups: 7,
    },
    metrics: { public: false },
    notifications: { warnForSeconds: 1800, digestAt: null, report: null, channels: [], deadman: [] },
    warnings: [],
    source: { file: '/config/app-config.yaml', sha256: 'ab'.repeat(32), loadedAt: NOW - 3_600_000 },
    ...change,
  }
}
