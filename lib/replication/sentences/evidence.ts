import type { Json, ReasonCode } from '../types/reason.ts'
import type { Words } from '../words.ts'

type SnapshotFact = { readonly name: string; readonly guid: string; readonly creation: number }
type Lag = {
  readonly delaySeconds: number
  readonly snapshots: number
  readonly bytes: number | null
  readonly warnDelaySeconds: number
  readonly maxDelaySeconds: number
  readonly oldestMissing: SnapshotFact | null
}
export type StalePrimary = {
  readonly ageSeconds: number
  readonly limitSeconds: number
  readonly newestEligible: SnapshotFact
  /** The newest snapshot of all, where policy leaves it out by its name. */
  readonly newestSkipped: SnapshotFact | null
  readonly behind: number
}
type LookFacts = {
  readonly host: string
  readonly kind: string
  readonly message: string
  /** Epoch ms of the last look that saw both sides. */
  readonly lastLookAt: number | null
  readonly lastHealth: string | null
}
type RepairFacts = { readonly runId: string; readonly kind: string; readonly message: string; readonly at: number }
/** See `judge/left-out.ts`. */
type LeftOutFacts = {
  readonly primarySnapshots: number
  readonly tooYoung: number
  readonly settings: readonly string[]
}
/** At most this many snapshots are listed in evidence; `count` says how many there are. */
type Listed = { readonly count: number; readonly snapshots: readonly SnapshotFact[] }

/** Why no stream of a mapping can be sent as its policy and its past ask. */
export type EncryptionMismatch =
  /** Decrypted by policy, and the primary's key is not loaded. */
  | 'key-unavailable'
  /** Not raw, and the backup is encrypted without its key. */
  | 'backup-key-unavailable'
  /** The primary is encrypted, the backup is not: nothing is sent decrypted unless a person says so. */
  | 'raw-onto-plain'
  /** The base was not received raw: no raw increment goes on from it. */
  | 'iv-sets-differ'
  /** Whether the base was received raw could not be read. */
  | 'iv-sets-unread'
  /** `send.raw: false`, and the line is raw: one decrypted stream would end it. */
  | 'line-is-raw'
  /** It was sent raw, so it is encrypted, and its host says by now that it is not. */
  | 'primary-says-plain'
  /** `send.raw: false`, nothing is against it, and no person has decided that for this backup: the plan waits for one. */
  | 'not-decided'
  /** Not encrypted, and what stands above the backup is, without its key. */
  | 'plain-below-encrypted'

/** What each reason rests on. The sentence is made from it alone, so nothing is said that cannot be shown. */
interface EvidenceByCode {
  HALF_DONE_SWAP: { readonly state: string; readonly datasets: readonly string[] }
  POOL_UNAVAILABLE: { readonly host: string; readonly pool: string; readonly health: string }
  PRIMARY_LOST_HISTORY: {
    /** Epoch ms of the check that missed it. */
    readonly at: number
    /** The newest common snapshot, where that was destroyed too early; null: most of all snapshots were destroyed at once. */
    readonly common: SnapshotFact | null
    /** How old that one was at most, and at what age its kind usually goes; null: not known. */
    readonly ageSeconds: number | null
    readonly usualSeconds: number | null
    /** Snapshots of the primary, and the seconds from the oldest to the newest: at the last check before, and at that one. */
    readonly before: { readonly count: number; readonly spanSeconds: number }
    readonly after: { readonly count: number; readonly spanSeconds: number }
    /** Snapshots that only the backup has now, newest first; null: both sides were not read. */
    readonly onlyOnBackup: Listed | null
  }
  PRIMARY_REPLACED: { readonly recordedGuid: string; readonly guid: string }
  PRIMARY_REWOUND: { readonly newestCreatetxgBefore: string; readonly newestCreatetxg: string | null }
  PRIMARY_DATASET_MISSING: RenamedFacts & { readonly backupSnapshots: number | null }
  /** The facts of `LeftOut` where nothing is eligible, else null. */
  BACKUP_DATASET_MISSING: {
    readonly eligible: number
    readonly pool: string | null
    readonly leftOut: LeftOutFacts | null
  }
  PRIMARY_EMPTY: LeftOutFacts & {
    /** The newest snapshot of the primary, where there is a common one and the backup lacks this. */
    readonly lacked: SnapshotFact | null
  }
  NO_COMMON_SNAPSHOT: {
    readonly primarySnapshots: number
    readonly backupSnapshots: number
    readonly sameNames: number
    readonly partialReceive: boolean
  }
  LAG_CRITICAL: Lag
  PRIMARY_STOPPED: StalePrimary
  WITNESS_ISOLATED: { readonly lastLookAt: number | null; readonly lastHealth: string | null }
  HOST_KEY_CHANGED: LookFacts
  AUTH_FAILED: LookFacts
  HOST_UNREACHABLE: LookFacts
  LISTING_TIMED_OUT: {
    readonly host: string
    readonly message: string
    /** Of `limits:`: what ended it, as it is and as it might be; null: nothing there would help. */
    readonly setting: { readonly name: string; readonly now: number; readonly raised: number } | null
    /** Epoch ms of the last look that saw both sides. */
    readonly lastLookAt: number | null
    readonly lastHealth: string | null
  }
  INTERNAL: {
    /** What the log calls it. */
    readonly number: string
    /** What the witness was doing, and what went wrong. */
    readonly message: string
    /** Epoch ms of the last look that saw both sides. */
    readonly lastLookAt: number | null
    readonly lastHealth: string | null
  }
  STALE_CHECK: {
    readonly ageSeconds: number
    /** Epoch ms of the check where that is in the future, else null. */
    readonly aheadAt: number | null
    readonly intervalSeconds: number
    readonly lastHealth: string
  }
  NOT_CHECKED: LookFacts
  PRIMARY_REWRITTEN: {
    readonly snapshot: SnapshotFact
    /** The last one before it; null: not there any more. */
    readonly before: SnapshotFact | null
    readonly rewrittenBytes: number
    /** What that one held. */
    readonly beforeBytes: number
    /** Epoch ms of the check that saw it. */
    readonly at: number
  }
  BACKUP_IN_USE: {
    readonly writtenBytes: number
    /** Since the last check; null: it did not grow. */
    readonly grewBytes: number | null
    /** Epoch ms of the check that saw it grow, less than an interval ago; null: none did. */
    readonly grewAt: number | null
    readonly primaryOfAnotherMapping: boolean
    /** Policy sets aside by itself what is in no one's use (`proven`: only where the lineage is); null: it does not. */
    readonly setsAside: 'proven' | 'set_aside' | null
  }
  NAME_CLASH: {
    readonly count: number
    readonly clashes: readonly { readonly name: string; readonly primaryGuid: string; readonly backupGuid: string }[]
    /** The common snapshot from which a repair goes on, by its name on the backup; null: there is none. */
    readonly goesOnFrom: string | null
    /** Nothing else of the backup is in the way. */
    readonly onlyNames: boolean
    /** A repair gives those up to the base (all of them, where nothing else is in the way) another name. */
    readonly renamed: boolean
  }
  BACKUP_MODIFIED: {
    readonly writtenBytes: number
    readonly newestBackup: SnapshotFact | null
    readonly readonly: boolean
    /** Known to be a change of directories alone. */
    readonly onlyDirectories: boolean
  }
  BACKUP_AHEAD: Listed & { readonly base: SnapshotFact }
  ENCRYPTION_MISMATCH: {
    readonly why: EncryptionMismatch
    /** `send.raw`. */
    readonly wish: boolean | 'auto'
    /** Known to be raw: nothing but a raw stream is ever offered. */
    readonly everRaw: boolean
    /** Of the primary. */
    readonly keyStatus: string | null
    /** Whose key is not loaded, where that is why; else of `plain-below-encrypted` what stands above the backup. */
    readonly keyOf: string | null
    /** The base that increments would go on from, by its name on the backup, and what was read of it. */
    readonly base: string | null
    readonly ivSets: { readonly primary: string; readonly backup: string } | null
    /** Whose key the backup is encrypted with; null: with none. */
    readonly backupKey: string | null
  }
  /** `nextTry`: epoch ms of the next one that starts by itself; null: the next check's, or none does. */
  REPAIR_FAILING: RepairFacts & { readonly failures: number; readonly nextTry: number | null }
  STALLED: RepairFacts
  /** `runId` null: no repair has met it, it was read on the SANs. */
  PERMISSION_MISSING: Omit<RepairFacts, 'runId'> & { readonly runId: string | null }
  LOW_SPACE: {
    readonly pool: string
    readonly neededBytes: number | null
    readonly freeBytes: number
    readonly keepFreeBytes: number
    /** Where the dataset itself may take less than is needed: how much, and the quotas there (empty: not known). */
    readonly limit: {
      readonly availableBytes: number
      readonly quotas: readonly { readonly dataset: string; readonly property: string; readonly bytes: number }[]
    } | null
    readonly repairMessage: string | null
  }
  ANOTHER_WITNESS: {
    /** Ids of 16 hex digits: of the one that repaired it last, and of this one. */
    readonly other: string
    readonly own: string
    /** Epoch ms of that repair, or of the first sight of a mark that is dated later. */
    readonly at: number
    /** Epoch ms until which automatic repairs from here are held for it. */
    readonly until: number
  }
  SET_ASIDE_LIMIT: { readonly setAsides: readonly string[]; readonly limit: number }
  PARTIAL_RECEIVE: {
    readonly receivedBytes: number | null
    readonly remainingBytes: number | null
    readonly toName: string | null
    readonly unusable: string | null
    readonly unchangedLooks: number
  }
  BASE_IS_BOOKMARK: {
    readonly bookmark: string
    readonly guid: string
    readonly backupSnapshot: string
    /** Eligible snapshots that wait to be sent from there. */
    readonly behind: number
  }
  CHAIN_AT_RISK: {
    readonly commonSnapshots: number
    readonly snapshot: SnapshotFact
    readonly ownBookmarks: number
    readonly limit: number
    /** Epoch ms when it goes at present retention; null: not known. */
    readonly goesAt: number | null
  }
  LAGGING: Lag
  RECOVERY_POINT_OLD: {
    readonly lagSeconds: number
    readonly maxRecoveryPointSeconds: number
    readonly newestCommon: SnapshotFact | null
  }
  WINDOW_MISSED: {
    readonly host: string
    readonly windows: number
    readonly lastSeenAt: number | null
    readonly backAt: number | null
  }
  PRIMARY_STALE: StalePrimary
  POOL_DEGRADED: { readonly host: string; readonly pool: string; readonly health: string }
  CLOCK_SKEW: {
    readonly host: string
    readonly hostTime: number
    readonly witnessTime: number
    readonly skewSeconds: number
    /** A snapshot dated in the future, where that is what was seen. */
    readonly future: SnapshotFact | null
  }
  WITHIN_POLICY: Lag
  UP_TO_DATE: { readonly newestCommon: SnapshotFact; readonly skipped: number; readonly nothingWanted: boolean }
  GAP_ON_BACKUP: Listed & { readonly eligible: number }
  EXTRA_ON_BACKUP: Listed
  BUSY: {
    readonly toName: string | null
    readonly receivedBytes: number | null
    /** No receive is seen to run, but these came lately and not from here. */
    readonly lately: {
      readonly count: number
      readonly newest: string
      /** When it was taken, epoch seconds; null: not known. */
      readonly taken: number | null
      /** By the names of its snapshots; null: none that is known. */
      readonly replicator: string | null
      /** They are the primary's, or a replicator's; else they were only taken on the backup. */
      readonly replicated: boolean
      /** Epoch ms of the look that saw them. */
      readonly at: number
    } | null
  }
  WAITING_FOR_WINDOW: { readonly window: string; readonly opensAt: number | null }
  HOST_OFFLINE_PLANNED: {
    readonly host: string
    readonly backAt: number | null
    readonly lastSeenAt: number | null
    readonly lastHealth: string | null
  }
  ALL_LEFT_OUT: LeftOutFacts & {
    readonly newestCommon: SnapshotFact
    /** Newer ones on the primary that the backup lacks. */
    readonly behind: number
  }
  CONTAINER: { readonly below: number }
  CANMOUNT_UNSURE: { readonly setAside: string }
  RETIRED: {
    /** Of a root: how many of its children. Null: said of such a child itself. */
    readonly count: number | null
    /** At most 20, as they stand below the root. */
    readonly names: readonly string[]
    /** Epoch ms of the check that missed the last of them. */
    readonly at: number | null
    /** Of a child: its backup is still there; null: not known, or a root. */
    readonly backup: boolean | null
  }
  NEW_CHILD: {
    /** Epoch ms of its creation, or of the check that first saw it. */
    readonly since: number
    /** Epoch ms. */
    readonly dueAt: number
  }
  CHILDREN_GONE: {
    readonly gone: number
    readonly of: number
    readonly names: readonly string[]
    /** Epoch ms of the check that missed them. */
    readonly at: number
  }
}
export type Evidence<C extends ReasonCode> = EvidenceByCode[C]

/** Compile-time proof that every code has evidence and all of it is plain JSON. */
type Jsonable<T> = { readonly [K in keyof T]: T[K] extends { readonly [key: string]: Json } ? T[K] : never }
type Proof =
  EvidenceByCode extends Jsonable<EvidenceByCode> ? (ReasonCode extends keyof EvidenceByCode ? true : never) : never
void (true satisfies Proof)

/** How many snapshots a reason lists; the rest is counted. */
export const LISTED = 20

/** Of a primary that is missing. */
type RenamedFacts = {
  /** The name that this very dataset has by now, by guid; null: it was not found. */
  readonly renamedTo: string | null
  /** The configuration names its root, not it. */
  readonly child: boolean
}

/** With the backup named as it is: where the configuration leaves it out, it would follow the new name. */
export function renamedLine(w: Words, name: string): string {
  return `name: ${yamlWord(name)}, backup_dataset: ${yamlWord(w.backupDataset)}`
}

/** A dataset's name as YAML has it. */
export function yamlWord(name: string): string {
  return /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(name) ? name : JSON.stringify(name)
}
