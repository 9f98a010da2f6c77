import type {
  BookmarkEntry,
  DatasetFacts,
  Guid,
  PoolFacts,
  ResumeTokenFacts,
  SnapshotEntry,
  ZfsFaultKind,
} from '#lib/zfs/types.ts'

/** One monitored mapping, as the engine needs it. Host ids are also their display names. */
export interface Mapping {
  readonly id: string
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
}

/** Why a side could not be looked at. `kind` is RemoteFaultKind or a ZfsFaultKind; unknown is never "empty". */
export interface LookFault {
  readonly host: string
  readonly kind: string
  /** Which reason code it becomes. */
  readonly reason: 'HOST_UNREACHABLE' | 'AUTH_FAILED' | 'HOST_KEY_CHANGED' | 'NOT_CHECKED'
  readonly message: string
  readonly retryable: boolean
}

export type Side =
  | {
      readonly state: 'present'
      readonly facts: DatasetFacts
      readonly snapshots: readonly SnapshotEntry[]
      readonly bookmarks: readonly BookmarkEntry[]
    }
  /** Its own listing said that it does not exist, and its pool is imported. */
  | { readonly state: 'missing' }
  /** `health` is `not imported`, `SUSPENDED`, `FAULTED`, `UNAVAIL`, `REMOVED` or `read-only`. */
  | { readonly state: 'pool-unavailable'; readonly pool: string; readonly health: string }
  | { readonly state: 'unknown'; readonly fault: LookFault }
export type PresentSide = Extract<Side, { state: 'present' }>

/** What was read of one mapping, both sides, with the pools they live in and the clocks of both hosts. */
export interface Inventory {
  readonly mapping: Mapping
  readonly primary: Side
  readonly backup: Side
  readonly primaryPool: PoolFacts | null
  readonly backupPool: PoolFacts | null
  /** Host clock minus witness clock, seconds; null where not read. */
  readonly primarySkewSeconds: number | null
  readonly backupSkewSeconds: number | null
  /** Details of the backup's resume token, where it has one and the primary could read it. */
  readonly token: ResumeTokenFacts | { readonly unusable: ZfsFaultKind; readonly text: string } | null
  /** `written@base` of the backup; null or absent where it was not read (then own snapshots there count as changes). */
  readonly writtenSinceBase?: number | null
  /** Own datasets beside the backup (`B.zw-…`): half-done swaps and set-asides are known by name and origin alone. Absent: not read. */
  readonly backupSiblings?: readonly Sibling[]
  /** Epoch milliseconds of the look, witness clock. */
  readonly readAt: number
}

/** A dataset of ours beside a backup dataset. */
export interface Sibling {
  /** Full name, `pool/ds.zw-aside-T`. */
  readonly name: string
  /** `pool/ds@snap` that it is a clone of, or null. */
  readonly origin: string | null
  /** File systems or volumes directly below it. */
  readonly children: number
}

export interface SnapshotFilter {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly minAgeSeconds: number
}

/** A snapshot in a result: enough to name and to find it. */
export interface SnapshotRef {
  readonly name: string
  readonly guid: Guid
  /** Epoch seconds. */
  readonly creation: number
}

/** What the two histories have to do with each other: only facts, no judgement, no clock but the one given. */
export interface Comparison {
  /** Newest snapshot with the same guid on both sides (the name may differ), named as on the primary. */
  readonly newestCommon: (SnapshotRef & { readonly backupName: string }) | null
  readonly commonCount: number
  /** Newest thing an incremental can start from: a common snapshot, or a bookmark on the primary of a backup snapshot. */
  readonly base: (SnapshotRef & { readonly kind: 'snapshot' | 'bookmark'; readonly backupName: string }) | null
  /** Eligible primary snapshots newer (createtxg) than the base, oldest first. */
  readonly behind: readonly SnapshotRef[]
  /** Primary snapshots newer than the base that the policy does not want (filtered or too young), oldest first. */
  readonly skipped: readonly SnapshotRef[]
  /** Eligible snapshots of the primary in all. */
  readonly eligibleCount: number
  readonly oldestEligible: SnapshotRef | null
  readonly newestEligible: SnapshotRef | null
  readonly newestPrimary: SnapshotRef | null
  readonly newestBackup: SnapshotRef | null
  /** Snapshots of the backup newer (its createtxg) than the base and not on the primary, oldest first. */
  readonly backupAhead: readonly SnapshotRef[]
  /** Bytes written on the backup since its newest snapshot. */
  readonly backupWritten: number
  /** Same name, different guid: a snapshot to be sent would find its name taken on the backup. */
  readonly clashes: readonly { readonly name: string; readonly primaryGuid: Guid; readonly backupGuid: Guid }[]
  /** Eligible primary snapshots older than the base that the backup does not have. */
  readonly gaps: readonly SnapshotRef[]
  /** Backup snapshots older than the base that the primary no longer has: "kept longer there". */
  readonly keptOnBackup: number
  readonly primarySnapshots: number
  readonly backupSnapshots: number
}

export type Health = 'HEALTHY' | 'WARNING' | 'BROKEN' | 'UNKNOWN'
export type Status = Health | 'REPAIRING'

export const REASONS = {
  BROKEN: [
    'HALF_DONE_SWAP',
    'POOL_UNAVAILABLE',
    'PRIMARY_REPLACED',
    'PRIMARY_REWOUND',
    'PRIMARY_DATASET_MISSING',
    'BACKUP_DATASET_MISSING',
    'PRIMARY_EMPTY',
    'NO_COMMON_SNAPSHOT',
    'LAG_CRITICAL',
  ],
  UNKNOWN: ['WITNESS_ISOLATED', 'HOST_KEY_CHANGED', 'AUTH_FAILED', 'HOST_UNREACHABLE', 'STALE_CHECK', 'NOT_CHECKED'],
  WARNING: [
    'BACKUP_IN_USE',
    'NAME_CLASH',
    'BACKUP_MODIFIED',
    'BACKUP_AHEAD',
    'ENCRYPTION_MISMATCH',
    'REPAIR_FAILING',
    'STALLED',
    'PERMISSION_MISSING',
    'LOW_SPACE',
    'SET_ASIDE_LIMIT',
    'PARTIAL_RECEIVE',
    'BASE_IS_BOOKMARK',
    'CHAIN_AT_RISK',
    'LAGGING',
    'RECOVERY_POINT_OLD',
    'WINDOW_MISSED',
    'PRIMARY_STALE',
    'POOL_DEGRADED',
    'CLOCK_SKEW',
  ],
  HEALTHY: ['WITHIN_POLICY', 'UP_TO_DATE'],
  NOTE: ['GAP_ON_BACKUP', 'EXTRA_ON_BACKUP', 'BUSY', 'WAITING_FOR_WINDOW', 'HOST_OFFLINE_PLANNED', 'RETIRED'],
} as const
export type ReasonCode = (typeof REASONS)[keyof typeof REASONS][number]

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface Reason {
  readonly code: ReasonCode
  readonly severity: Health | 'NOTE'
  /** One sentence for a person, with names, times and sizes in it. Untrusted text (names) included: escape on output. */
  readonly message: string
  /** The next step, one sentence, or null where nothing is to be done. */
  readonly action: string | null
  readonly evidence: { readonly [key: string]: Json }
}

export interface Verdict {
  readonly health: Health
  /** The worst reason. */
  readonly reason: Reason
  /** All of them, worst first, notes last. */
  readonly reasons: readonly Reason[]
  /** Seconds; null = not known. See PRODUCT vocabulary: status is judged by delay. */
  readonly delaySeconds: number | null
  readonly lagSeconds: number | null
  readonly behind: { readonly snapshots: number; readonly bytes: number | null } | null
  readonly newestCommon: SnapshotRef | null
  readonly newestPrimary: SnapshotRef | null
  readonly newestBackup: SnapshotRef | null
  /** Oldest snapshot that is behind: the source of the delay. */
  readonly oldestMissing: SnapshotRef | null
  /** Did this check see both sides? A check that did not neither fires nor clears anything. */
  readonly looked: boolean
  /** Epoch milliseconds of the last look that saw both sides; null = never. */
  readonly lastLookAt: number | null
  readonly judgedAt: number
}

/** What the judge remembers of a mapping between checks. Plain JSON; every field has a meaning without the others. */
export interface Memory {
  /** Last guid seen in common, and when (epoch ms): lineage rule 1. */
  readonly common: { readonly guid: Guid; readonly at: number } | null
  /** Guid of the primary dataset and its newest createtxg (decimal) ever seen: lineage rule 2. */
  readonly primary: { readonly guid: Guid; readonly newestCreatetxg: string } | null
  /** `written` of the backup at the last look, and whether it grew then: lineage rule 3. */
  readonly backupWritten: { readonly bytes: number; readonly grewAt: number | null } | null
  /** Epoch ms when each missing eligible snapshot was first seen missing, by guid (at most 2,000). */
  readonly firstMissing: { readonly [guid: Guid]: number }
  /** The resume token as last seen, and how many looks it has not moved. */
  readonly token: { readonly digest: string; readonly unchangedLooks: number } | null
  /** Verdict of the last look that saw both sides. */
  readonly last: {
    readonly health: Health
    readonly reason: Reason
    readonly reasons: readonly Reason[]
    readonly at: number
    readonly oldestMissingSince: number | null
    readonly newestCommon: SnapshotRef | null
    readonly newestPrimary: SnapshotRef | null
    readonly newestBackup: SnapshotRef | null
    readonly behindSnapshots: number
  } | null
  /** Epoch ms of the last time the backup host answered (for planned off times and missed windows). */
  readonly backupSeenAt: number | null
}

/** A host's expected availability at the moment of judging (from `online`). */
export interface Availability {
  readonly kind: 'expected' | 'planned-off'
  /** Epoch ms when it is expected back; null for on_demand or always. */
  readonly backAt: number | null
  /** Whole windows that passed since it was last seen (0 where always / on_demand). */
  readonly missedWindows: number
}

export interface RepairHistory {
  /** Failed repairs of this dataset since the last success or reset by a person. */
  readonly consecutiveFailures: number
  /** The two last failures had the same fault kind and step. */
  readonly sameTwice: boolean
  readonly last: { readonly runId: string; readonly kind: string; readonly message: string; readonly at: number } | null
}

/** Only what can be known without a clock or I/O comes in; `now` is epoch ms. */
export interface JudgeInput {
  readonly mapping: Mapping
  readonly policy: import('#config/effective.ts').Policy
  readonly inventory: Inventory
  readonly comparison: Comparison | null
  readonly memory: Memory
  readonly now: number
  readonly intervalSeconds: number
  readonly primaryAvailability: Availability
  readonly backupAvailability: Availability
  readonly repairs: RepairHistory
  /** No host at all could be reached in this scan. */
  readonly isolated: boolean
  /** Estimated bytes behind where an estimate was made, else null. */
  readonly behindBytes: number | null
  /** The backup dataset is the primary of another mapping. */
  readonly backupIsPrimaryElsewhere: boolean
  readonly timezone: string
  /** A child of a `recursive` tree that is gone on the primary: nothing is missing, its backup is kept. */
  readonly retired?: boolean
  /** The partial receive on the backup is of a run of ours that has ended: that its token changed says nothing of others. */
  readonly ownToken?: boolean
}

/** A step of a plan. `commands` is shown and run: argv on a host, never a line. */
export interface StepBase {
  readonly n: number
  readonly title: string
  readonly estimateBytes: number | null
  readonly ifInterrupted: 'resumes' | 'reused' | 'completed at next start' | 'harmless' | 'starts again'
}
export interface HostCommand {
  readonly host: string
  readonly argv: readonly string[]
}
export type Step =
  | (StepBase & {
      readonly kind: 'bookmark'
      readonly command: HostCommand
      readonly snapshot: SnapshotRef
      readonly bookmark: string /** A failure is a warning, not the end. */
      readonly optional: boolean
    })
  | (StepBase & {
      readonly kind: 'transfer'
      readonly how: 'full' | 'incremental' | 'resume'
      readonly source: HostCommand
      readonly sink: HostCommand
      /** The same stream, only estimated; writes nothing. */
      readonly estimateCommand: HostCommand
      /** Guid the stream starts from; null for a full stream. */
      readonly baseGuid: Guid | null
      /** What must be on the backup afterwards. */
      readonly target: SnapshotRef
      /** Guids that arrive in this step, oldest first, the target last. */
      readonly arrives: readonly Guid[]
    })
  | (StepBase & { readonly kind: 'verify' })

export type PlanKind =
  | 'NOTHING'
  | 'INCREMENTAL'
  | 'FROM_BOOKMARK'
  | 'SEED'
  | 'RESUME'
  | 'SET_ASIDE_REWIND'
  | 'SET_ASIDE_RESEED'
  | 'FINISH_SWAP'
  | 'IMPOSSIBLE'

/** The facts a plan rests on; the plan is stale only when one of them has changed. */
export interface Expectation {
  readonly primaryDatasetGuid: Guid | null
  readonly backupDatasetGuid: Guid | null
  readonly baseGuid: Guid | null
  readonly targetGuid: Guid | null
  readonly backupAfterBase: readonly Guid[]
  readonly backupWritten: number | null
  readonly tokenDigest: string | null
  /** Snapshots and bookmarks of the primary that a command of the plan names: each must still be that guid. */
  readonly named: readonly { readonly kind: 'snapshot' | 'bookmark'; readonly name: string; readonly guid: Guid }[]
}

export interface Plan {
  /**
   * sha256 of what the plan would do and what it rests on (mapping, kind, steps, destroys, expectation, blocked code),
   * first 16 hex digits. Estimates and `automatic` are left out: they move with the clock, the plan does not.
   */
  readonly hash: string
  readonly mapping: Mapping
  readonly kind: PlanKind
  readonly steps: readonly Step[]
  /** Always empty for the plans of this version; named with guid and size where a person chose otherwise. */
  readonly destroys: readonly (SnapshotRef & { readonly usedBytes: number | null })[]
  /** One sentence: how both sides stand afterwards. */
  readonly outcome: string
  readonly untouched: readonly string[]
  /** Things a person should know that change nothing: an anchor left out, a backup that stays behind. */
  readonly notes: readonly string[]
  readonly estimateBytes: number | null
  readonly estimateIsExact: false
  readonly expects: Expectation
  /** May the scheduler run it? Every "no" has its sentence. */
  readonly automatic: { readonly allowed: boolean; readonly because: string; readonly code: AutomaticCode }
  /** Can it be run at all (by a person)? Null = yes; else what stands in the way and what cures it. */
  readonly blocked: { readonly code: string; readonly because: string; readonly cure: string } | null
}
export type AutomaticCode =
  | 'ALLOWED'
  | 'NOTHING_TO_DO'
  | 'AUTO_REPAIR_OFF'
  | 'DRY_RUN'
  | 'BELOW_THRESHOLD'
  | 'PAUSED'
  | 'BACKING_OFF'
  | 'REPAIR_FAILING'
  | 'NEEDS_PERSON'
  | 'NOT_SUPPORTED'
  | 'WAITING_FOR_WINDOW'
  | 'POOL'
  | 'SPACE'
  | 'BUSY'
  | 'UNKNOWN_STATE'
