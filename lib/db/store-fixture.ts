/** For the tests of this folder: a store in a directory of its own, and a small configuration. */

import { type Config, type DatasetConfig, DEFAULT_AUTH, type HostConfig } from '#config/effective.ts'
import { afterThisTest } from '#tests/endings/after-this-test.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { openStore } from './open.ts'
import type { OpenedStore } from './store.ts'
import type { Store, Trigger } from './types.ts'

export { temporaryDirectory }

export async function freshStore(directory = temporaryDirectory()): Promise<OpenedStore> {
  const store = await openStore({ directory })
  afterThisTest(() => store.close())
  return store
}

/** A store that knows the datasets `a` and `b`. */
export async function storeWithDatasets(): Promise<OpenedStore> {
  const store = await freshStore()
  await store.syncConfig(config([mapping('a'), mapping('b')]), 1000)
  return store
}

export function mapping(id: string, change: Partial<DatasetConfig> = {}): DatasetConfig {
  return {
    id,
    pair: 'HQS8 → HQS1',
    primary: { host: 'hqs8', dataset: `hqs8p1/${id}` },
    backup: { host: 'hqs1', dataset: `hqs1p1/${id}` },
    recursive: false,
    exclude: [],
    paused: false,
    at: { file: 'app-config.yaml', line: 1 },
    dryRunLine: null,
    filterLines: { include: null, exclude: null },
    policy: {
      maxDelaySeconds: 259200,
      warnDelaySeconds: 129600,
      minAgeSeconds: 0,
      maxRecoveryPointSeconds: null,
      primaryMaxAgeSeconds: null,
      autoRepair: false,
      dryRun: false,
      repairWhen: 'warning',
      onDiverged: 'proven',
      retired: 'warning',
      anchor: 'bookmark',
      initial: 'oldest',
      snapshotInclude: [],
      snapshotExclude: [],
      send: { raw: 'auto', largeBlocks: true, compressed: true },
      keepFree: { fraction: 0.1 },
      bandwidthLimit: null,
      repairWindow: null,
    },
    ...change,
  }
}

export function config(datasets: readonly DatasetConfig[], hostIds: readonly string[] = ['hqs8', 'hqs1']): Config {
  return {
    hosts: new Map(hostIds.map((id) => [id, host(id)])),
    pairs: [{ name: 'HQS8 → HQS1', primary: 'hqs8', backup: 'hqs1' }],
    datasets,
    ssh: { knownHostsFile: null, ciphers: [], serverAliveIntervalSeconds: 15, serverAliveCountMax: 4 },
    scheduler: { enabled: true, cron: '*/30 * * * *', intervalSeconds: 1800, timezone: 'UTC', verifyCron: null },
    limits: { transfers: 4, stallSeconds: 600, commandSilenceSeconds: 60, commandTimeoutSeconds: 120, retries: 3 },
    auth: DEFAULT_AUTH,
    server: { publicUrl: null, allowedHosts: [], trustedProxies: [] },
    retention: {
      uneventfulRunsDays: 180,
      repairsDays: 90,
      scheduledChecksDays: 14,
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
    source: { file: '/config/app-config.yaml', sha256: '0'.repeat(64), loadedAt: 0 },
  }
}

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

export const byHttp: Trigger = {
  type: 'http',
  actor: 'anna',
  role: 'operator',
  address: '10.0.0.7',
  userAgent: 'curl/8',
  requestId: 'r-1',
}
export const bySchedule: Trigger = {
  type: 'schedule',
  actor: 'scheduler',
  role: 'system',
  address: null,
  userAgent: null,
  requestId: null,
}

type NewRun = Parameters<Store['createRun']>[0]

export function newRun(change: Partial<NewRun> = {}): NewRun {
  return {
    kind: 'SCAN',
    trigger: bySchedule,
    datasetId: null,
    scope: {},
    reason: null,
    planId: null,
    plan: null,
    keep: false,
    now: 5000,
    ...change,
  }
}

/** Creates a run that must not be refused. */
export async function createdRun(store: Store, change: Partial<NewRun> = {}) {
  const created = await store.createRun(newRun(change))
  if (!created.ok) throw new Error(`refused: run ${created.activeRunId} is active`)
  return created.run
}
