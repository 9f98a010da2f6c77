import type { RunRecord, Trigger } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { atReading } from '#lib/replication/judge/looking.ts'
import type { Inventory, SnapshotRef } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Health, Reason } from '#lib/replication/types/reason.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import type { BookmarkEntry, SnapshotEntry } from '#lib/zfs/types.ts'
import { datasetConfig, NOW } from './fake-config.ts'

const T = NOW / 1000
const GUID = '11805916207174113034'

export function ref(name: string, guid = GUID, creation = T - 3600): SnapshotRef {
  return { name, guid, creation }
}

export const TRIGGER: Trigger = {
  type: 'http',
  actor: 'anna',
  role: 'operator',
  address: '10.0.0.5',
  userAgent: 'curl/8',
  requestId: 'r-1',
}

export function fakeVerdict(health: Health, code: Reason['code'], delaySeconds: number | null): Verdict {
  const reason: Reason = {
    code,
    severity: health,
    message: `hqs7 says ${code}.`,
    action: 'Preview the repair.',
    evidence: { snapshots: 3, first: '@a' },
  }
  return {
    health,
    reason,
    reasons: [reason],
    delaySeconds,
    lagSeconds: delaySeconds === null ? null : delaySeconds + 3600,
    behind: delaySeconds === null ? null : { snapshots: delaySeconds > 0 ? 3 : 0, bytes: null },
    newestCommon: ref('2026-11-20-000000'),
    newestPrimary: ref('2026-11-22-000000', '42'),
    newestBackup: ref('2026-11-20-000000'),
    oldestMissing: null,
    looked: true,
    lastLookAt: NOW - 40_000,
    judgedAt: NOW - 40_000,
  }
}

export function fakePlan(id: string, change: Partial<Plan> = {}): Plan {
  const config = datasetConfig(id, 'HQS10 → HQS7', 'L1S4DAT1')
  const target = ref('2026-11-22-000000', '42')
  return {
    hash: '0123456789abcdef',
    mapping: { id, primary: config.primary, backup: config.backup },
    kind: 'INCREMENTAL',
    steps: [
      {
        n: 1,
        kind: 'bookmark',
        title: 'Protect the base',
        estimateBytes: null,
        ifInterrupted: 'harmless',
        command: { host: 'hqs10', argv: ['zfs', 'bookmark', 'hqs10p1/L1S4DAT1@a', 'hqs10p1/L1S4DAT1#zw-1'] },
        snapshot: ref('a'),
        bookmark: 'zw-1',
        optional: true,
      },
      {
        n: 2,
        kind: 'transfer',
        title: 'Send what is missing',
        estimateBytes: 2 ** 30,
        ifInterrupted: 'resumes',
        how: 'incremental',
        source: { host: 'hqs10', argv: ['zfs', 'send', '-I', '@a', 'hqs10p1/L1S4DAT1@b'] },
        estimateCommand: { host: 'hqs10', argv: ['zfs', 'send', '-nvP', '-I', '@a', 'hqs10p1/L1S4DAT1@b'] },
        sink: { host: 'hqs7', argv: ['zfs', 'receive', '-s', '-u', 'hqs7p1/L1S4DAT1'] },
        baseGuid: GUID,
        target,
        into: 'hqs7p1/L1S4DAT1',
        arrives: ['41', '42'],
      },
      { n: 3, kind: 'verify', title: 'Read both sides', estimateBytes: null, ifInterrupted: 'completed at next start' },
    ],
    destroys: [],
    setAside: null,
    checks: [],
    outcome: 'hqs7 will match hqs10 up to @b.',
    untouched: ['hqs10'],
    notes: [],
    estimateBytes: 2 ** 30,
    estimateIsExact: false,
    expects: {
      primaryDatasetGuid: '1',
      backupDatasetGuid: '2',
      baseGuid: GUID,
      targetGuid: '42',
      backupAfterBase: [],
      backupWritten: 0,
      tokenDigest: null,
      named: [],
      beside: [],
    },
    automatic: {
      allowed: true,
      code: 'ALLOWED',
      because: 'It destroys nothing.',
      from: null,
      sentence: 'Yes, at the next check. It destroys nothing.',
    },
    blocked: null,
    ...change,
  }
}

interface ViewOptions {
  readonly pair?: 'HQS8 → HQS1' | 'HQS10 → HQS7'
  readonly name?: string
  readonly health?: Health
  readonly code?: Reason['code']
  readonly delaySeconds?: number | null
  readonly change?: Partial<DatasetView>
}

export function fakeView(id: string, options: ViewOptions = {}): DatasetView {
  const {
    pair = 'HQS10 → HQS7',
    name = 'L1S4DAT1',
    health = 'HEALTHY',
    code = 'UP_TO_DATE',
    delaySeconds = 0,
  } = options
  const config = datasetConfig(id, pair, name)
  return {
    dataset: {
      id,
      mapping: { id, primary: config.primary, backup: config.backup },
      config,
      parentId: null,
      retired: false,
    },
    verdict: fakeVerdict(health, code, delaySeconds),
    status: health,
    activity: 'IDLE',
    stale: false,
    checkedAt: NOW - 40_000,
    since: NOW - 86_400_000,
    pause: null,
    ack: null,
    activeRun: null,
    queuePosition: null,
    plan: fakePlan(id),
    state: null,
    ...options.change,
  }
}

export function fakeRun(id: number, change: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    kind: 'SCAN',
    state: 'QUEUED',
    trigger: TRIGGER,
    datasetId: null,
    scope: {},
    reason: null,
    plan: null,
    planId: null,
    queuedAt: NOW - 5000,
    startedAt: null,
    finishedAt: null,
    outcome: null,
    bytes: 0,
    error: null,
    decisions: [],
    progress: null,
    keep: true,
    ...change,
  }
}

export function entry(name: string, guid: string, at: number): SnapshotEntry {
  return { name, guid, createtxg: BigInt(at), creation: T - 10_000 + at, holds: 0 }
}

export function fakeInventory(id: string, change: Partial<Inventory> = {}): Inventory {
  const { dataset } = fakeView(id)
  const facts = {
    name: dataset.mapping.primary.dataset,
    type: 'filesystem' as const,
    guid: '1',
    createtxg: 1n,
    origin: null,
    snapshotsChanged: null,
    receiveResumeToken: null,
    written: 0,
    used: 0,
    referenced: 0,
    available: 0,
    readonly: false,
    mounted: false,
    encryption: 'off',
    encryptionRoot: null,
    keyStatus: null,
  }
  const bookmarks: BookmarkEntry[] = [{ name: 'zw-1', guid: '10', createtxg: 1n, creation: T - 9999 }]
  return {
    mapping: dataset.mapping,
    primary: {
      state: 'present',
      facts,
      snapshots: [entry('a', '10', 1), entry('b', '11', 2), entry('c', '12', 3)],
      bookmarks,
    },
    backup: {
      state: 'present',
      facts: { ...facts, name: dataset.mapping.backup.dataset },
      snapshots: [entry('a', '10', 1), entry('b', '99', 2), entry('own', '98', 4)],
      bookmarks: [],
    },
    primaryPool: null,
    backupPool: null,
    primarySkewSeconds: 0,
    backupSkewSeconds: 0,
    token: null,
    readAt: NOW - 1000,
    ...change,
  }
}

export const WAITING_HASH = '00112233445566ff'
/** One whose repair waits for nothing but the word that this primary is to be followed. */
export function fakeWaiting(id: string): DatasetView {
  const automatic = {
    allowed: false,
    code: 'NEEDS_PERSON',
    because: 'No earlier check saw them in common <b>.',
    from: null,
    sentence: 'Not by itself now.',
  } as const
  const setAside = { name: `hqs7p1/${id}.zw-aside-20261130T000000Z`, snapshots: 4, usedBytes: 2 ** 30 }
  const outcome = `hqs7 will match hqs10 up to @s9. What is in the way is kept as ${setAside.name} (4 snapshots).`
  const plan = fakePlan(id, { hash: WAITING_HASH, kind: 'SET_ASIDE_RESEED', outcome, setAside, automatic })
  return fakeView(id, { health: 'BROKEN', code: 'NO_COMMON_SNAPSHOT', change: { plan } })
}

/** A primary that lost its history, with what only the backup has. */
export function fakeLost(id: string): DatasetView {
  const view = fakeView(id, { health: 'BROKEN', code: 'PRIMARY_LOST_HISTORY' })
  const snapshots = [{ name: 'daily <b>', guid: '42', creation: 1_795_262_400 }]
  const reason = { ...view.verdict.reason, evidence: { onlyOnBackup: { count: 1, snapshots } } }
  return { ...view, verdict: { ...view.verdict, reason, reasons: [reason] } }
}

export const LONG_AGO = NOW - 9 * 3_600_000
const HALF_AN_HOUR = 1800

/** A dataset as the engine shows it when nobody looked for nine hours. */
export function lookedAtLongAgo(view: DatasetView): DatasetView {
  const judged = { ...view.verdict, judgedAt: LONG_AGO, lastLookAt: LONG_AGO }
  const { mapping } = view.dataset
  const verdict = atReading(judged, { mapping, now: NOW, intervalSeconds: HALF_AN_HOUR, timezone: 'UTC' })
  return { ...view, verdict, status: verdict.health, stale: true, checkedAt: LONG_AGO }
}
