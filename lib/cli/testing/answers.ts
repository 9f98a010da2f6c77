import type {
  DatasetDetailView,
  DatasetSummaryView,
  PlanView,
  PreviewView,
  RunDetailView,
  SnapshotView,
} from '../api-types.ts'

// Answers of a service as the API's schemas want them (answers.test.ts proves that they do); `status` has its own file.

const ref = (name: string, guid: string, createdAt: string) => ({ name, guid, createdAt })
export const ID = 'hqs10-hqs7.L1S4DAT1'

export const summary: DatasetSummaryView = {
  id: ID,
  name: 'L1S4DAT1',
  pair: {
    name: 'HQS10 → HQS7',
    primary: { host: 'hqs10', dataset: 'hqs10p1/L1S4DAT1' },
    backup: { host: 'hqs7', dataset: 'hqs7p1/L1S4DAT1' },
  },
  status: 'BROKEN',
  health: 'BROKEN',
  activity: 'IDLE',
  reason: {
    code: 'LAG_CRITICAL',
    message: 'hqs7 is 26 d behind hqs10.',
    action: 'Preview the repair.',
    destructive: false,
  },
  delaySeconds: 2_246_400,
  lagSeconds: 2_250_000,
  warnDelaySeconds: 129_600,
  maxDelaySeconds: 259_200,
  behind: { snapshots: 26, bytes: 228_170_137_600, bytesAreEstimate: true },
  newestCommon: ref('2026-10-27', '11', '2026-10-27T13:00:00Z'),
  newestPrimary: ref('2026-11-22', '37', '2026-11-22T13:00:00Z'),
  newestBackup: ref('2026-10-27', '11', '2026-10-27T13:00:00Z'),
  checkedAt: '2026-11-22T13:48:00Z',
  stale: false,
  since: '2026-11-08T15:02:00Z',
  autoRepair: true,
  automatic: {
    allowed: false,
    code: 'BACKING_OFF',
    because: 'The last repair failed; the next try starts at 2026-11-22 14:05.',
    from: '2026-11-22T14:05:00Z',
    sentence: 'By itself from 2026-11-22 14:05. The last repair failed; the next try starts at 2026-11-22 14:05.',
  },
  dryRun: false,
  retired: false,
  parentId: null,
  paused: null,
  ack: null,
  activeRunId: null,
  queuePosition: null,
  links: { self: '/api/datasets/x', preview: '/api/datasets/x/preview', runs: '/api/runs?datasetId=x' },
}

export const healthy: DatasetSummaryView = {
  ...summary,
  id: 'hqs8-hqs1.HQS8DAT1',
  status: 'HEALTHY',
  health: 'HEALTHY',
  reason: { code: 'UP_TO_DATE', message: 'The backup has the newest snapshot.', action: null, destructive: false },
  automatic: {
    allowed: false,
    code: 'NOTHING_TO_DO',
    because: 'There is nothing to do.',
    from: null,
    sentence: 'There is nothing to do.',
  },
  delaySeconds: 0,
  lagSeconds: 3600,
  behind: { snapshots: 0, bytes: 0, bytesAreEstimate: true },
}

export const plan: PlanView = {
  hash: '0123456789abcdef',
  kind: 'INCREMENTAL',
  outcome: 'hqs7 has every snapshot up to @2026-11-22.',
  steps: [
    {
      n: 1,
      kind: 'TRANSFER',
      title: 'Send 26 snapshots',
      commands: [
        { host: 'hqs10', argv: ['zfs', 'send', '-I', '@2026-10-27', 'hqs10p1/L1S4DAT1@2026-11-22'] },
        { host: 'hqs7', argv: ['zfs', 'receive', '-s', '-u', 'hqs7p1/L1S4DAT1'] },
      ],
      estimateBytes: 228_170_137_600,
      ifInterrupted: 'RESUMES',
      optional: false,
      role: null,
      expects: [],
      baseGuid: '11',
      target: ref('2026-11-22', '37', '2026-11-22T13:00:00Z'),
      arrives: 26,
    },
    {
      n: 2,
      kind: 'VERIFY',
      title: 'Read both sides again',
      commands: [],
      estimateBytes: null,
      ifInterrupted: 'HARMLESS',
      optional: false,
      role: null,
      expects: [],
      baseGuid: null,
      target: null,
      arrives: null,
    },
  ],
  destroys: [],
  setAside: null,
  checks: [],
  untouched: ['hqs10p1/L1S4DAT1'],
  notes: [],
  estimateBytes: 228_170_137_600,
  estimateIsExact: false,
  automatic: {
    allowed: true,
    code: 'ALLOWED',
    because: 'auto_repair is true.',
    from: null,
    sentence: 'Yes, at the next check. auto_repair is true.',
  },
  blocked: null,
}

export const preview: PreviewView = {
  planId: '7c1e',
  datasetId: ID,
  madeAt: '2026-11-22T14:00:00Z',
  expiresAt: '2026-11-22T14:10:00Z',
  confirm: null,
  plan,
  links: { run: '/api/datasets/x/run', dataset: '/api/datasets/x' },
}

export const run: RunDetailView = {
  id: '1843',
  kind: 'REPAIR',
  state: 'RUNNING',
  result: null,
  trigger: {
    type: 'HTTP',
    kind: 'SOCKET',
    by: 'socket: local',
    actor: 'local',
    role: 'ADMIN',
    address: null,
    userAgent: null,
    requestId: null,
  },
  datasetId: ID,
  scope: { kind: 'datasets', ids: [ID] },
  reason: null,
  planId: '7c1e',
  planHash: '0123456789abcdef',
  queuedAt: '2026-11-22T13:59:00Z',
  startedAt: '2026-11-22T13:59:01Z',
  finishedAt: null,
  durationSeconds: 59,
  bytes: 1024 ** 3,
  outcome: null,
  error: null,
  progress: {
    phase: 'TRANSFERRING',
    stepIndex: 0,
    stepCount: 2,
    bytesDone: 106.25 * 1024 ** 3,
    bytesTotal: 212.5 * 1024 ** 3,
    totalIsEstimate: true,
    percent: 50,
    bytesPerSecond: 98 * 1024 ** 2,
    etaSeconds: 1110,
    lastByteAt: '2026-11-22T13:59:59Z',
  },
  decisions: [],
  links: { self: '/api/runs/1843', log: '/api/runs/1843/log', dataset: '/api/datasets/x' },
  plan,
  steps: [],
  actions: [],
}

export const ended: RunDetailView = {
  ...run,
  state: 'SUCCEEDED',
  result: 'SUCCEEDED',
  finishedAt: '2026-11-22T14:00:00Z',
  outcome: 'hqs7 has every snapshot up to @2026-11-22.',
  progress: null,
}

export const detail: DatasetDetailView = {
  ...summary,
  evidence: { delaySeconds: 2_246_400, oldestMissing: '@2026-10-28' },
  reasons: [
    { code: 'LAG_CRITICAL', severity: 'BROKEN', message: 'hqs7 is 26 d behind hqs10.', action: null, evidence: {} },
    { code: 'CLOCK_SKEW', severity: 'WARNING', message: "hqs7's clock is 90 s ahead.", action: null, evidence: {} },
  ],
  plan,
  options: [
    {
      mode: 'REPAIR',
      kind: 'INCREMENTAL',
      strategy: null,
      outcome: plan.outcome,
      destroysCount: 0,
      estimateBytes: plan.estimateBytes,
      possible: true,
      because: null,
    },
  ],
  checks: [
    { name: 'CLOCK', host: 'hqs7', state: 'PROBLEM', detail: "Differs by 90 s from the witness's.", checkedAt: null },
  ],
  history: [],
  activeRun: null,
  config: {
    definedAt: '/config/app-config.yaml:12',
    maxDelaySeconds: 259_200,
    warnDelaySeconds: 129_600,
    minAgeSeconds: 0,
    maxRecoveryPointSeconds: null,
    primaryMaxAgeSeconds: null,
    autoRepair: true,
    dryRun: false,
    repairWhen: 'WARNING',
    onDiverged: 'PROVEN',
    retired: 'WARNING',
    anchor: 'BOOKMARK',
    initial: 'OLDEST',
    snapshotInclude: [],
    snapshotExclude: [],
    send: { raw: null, largeBlocks: true, compressed: true },
    keepFree: { fraction: 0.1, bytes: null },
    bandwidthLimit: null,
    repairWindow: null,
    recursive: false,
    exclude: [],
  },
  setAsides: [],
  verification: null,
}

/** A snapshot of one state; `n` gives it a name, a guid and a day. */
export function snapshot(n: number, state: SnapshotView['state']): SnapshotView {
  const side = { name: `day-${n}`, createtxg: String(n), holds: 0 }
  const clashOnBackup = state === 'CLASH' && n % 2 === 1
  return {
    guid: String(n),
    name: `day-${n}`,
    state,
    createdAt: new Date(Date.UTC(2026, 0, n)).toISOString().replace('.000', ''),
    primary: state === 'BACKUP' || clashOnBackup ? null : side,
    backup: state === 'BOTH' || state === 'BACKUP' || clashOnBackup ? side : null,
    bookmark: null,
  }
}
