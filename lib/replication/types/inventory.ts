import type { Quota } from '#lib/zfs/answers.ts'
import type {
  BookmarkEntry,
  DatasetFacts,
  Guid,
  PoolFacts,
  ResumeTokenFacts,
  SnapshotEntry,
  ZfsFaultKind,
} from '#lib/zfs/types.ts'
import type { WitnessMark } from '#lib/zfs/witness-mark.ts'

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
  readonly reason:
    | 'HOST_UNREACHABLE'
    | 'AUTH_FAILED'
    | 'HOST_KEY_CHANGED'
    | 'NOT_CHECKED'
    | 'INTERNAL'
    | 'LISTING_TIMED_OUT'
  readonly message: string
  readonly retryable: boolean
  /** Of LISTING_TIMED_OUT: the setting of `limits:` that ended it, as it is and as it might be. */
  readonly setting?: { readonly name: string; readonly now: number; readonly raised: number }
  /** Of INTERNAL: where the log has it. */
  readonly number?: string
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

/** What the primary said of a token that it would not send by. */
interface UnusableToken {
  readonly unusable: ZfsFaultKind
  readonly text: string
  /** Guid of the snapshot that was to arrive, where it was given all the same. */
  readonly target?: Guid
}

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
  readonly token: ResumeTokenFacts | UnusableToken | null
  /**
   * The backup was there before its partial receive, which stands beside its content (`B/%recv`): asked of a first transfer
   * alone. Absent: not asked, or not known.
   */
  readonly receivesBeside?: boolean
  /** `written@base` of the backup; null or absent where it was not read (then own snapshots there count as changes). */
  readonly writtenSinceBase?: number | null
  /** Own datasets beside the backup (`B.zw-…`): half-done swaps and set-asides are known by name and origin alone. Absent: not read. */
  readonly backupSiblings?: readonly Sibling[]
  /** Of a backup that is missing: datasets above it that are missing too, from the top; full names. Absent: not read, or none. */
  readonly missingParents?: readonly string[]
  /** Of a primary that is missing: the name that this very dataset (by guid) has by now. Absent: not found, or not looked for. */
  readonly renamedTo?: string
  /** Read where a swap may be needed; null: could not be read. */
  readonly swap?: SwapFacts | null
  /** What the journal says of the swaps that made the set-asides beside the backup. Absent: not asked. */
  readonly swapRecords?: readonly SwapRecord[]
  /** IV sets of what increments can go on from, by its guid; read where both sides are encrypted. What is not in it is not known. */
  readonly ivSets?: ReadonlyMap<Guid, IvSets>
  /** What stands directly above both; read where a backup is still to be made. Absent, or null: no such, or not read. */
  readonly above?: { readonly primary: Enclosing | null; readonly backup: Enclosing | null }
  /**
   * Which witness repaired the backup last; null: none has said so. Read where a repair may start by itself. Absent: not
   * known.
   */
  readonly mark?: WitnessMark | null
  /** What was written to the backup after its newest snapshot touched nothing but directories. Absent: not known. */
  readonly onlyDirectories?: boolean
  /** Quotas on the backup and above it, the nearest first; read where the backup may take less than its pool has. */
  readonly quotas?: readonly Quota[]
  /**
   * What the logins certainly may, for what is to be sent: on the dataset itself, beside it, or through any group. Read
   * once a day where a repair may start by itself; a side that could not be read is null.
   */
  readonly delegated?: Rights
  /** Read before a repair and for a preview. */
  readonly rights?: Rights
  /** Of the properties that no stream may bring, those that the backup has of its own, with their values; read with `rights`. */
  readonly kept?: ReadonlyMap<string, string>
  /** Space and clones of the backup's snapshots, by guid; read for an in-place plan. Null: could not be read. */
  readonly costs?: ReadonlyMap<Guid, { readonly usedBytes: number; readonly clones: number }> | null
  /** Details of the resume token of `B.zw-incoming-T`, where there is one, by that dataset's name. */
  readonly incomingToken?: {
    readonly name: string
    readonly facts: ResumeTokenFacts | UnusableToken | null
  } | null
  /** What the newest snapshots of the primary wrote, by guid: those not asked about before, of a dataset that is worth it. */
  readonly sizes?: ReadonlyMap<Guid, { readonly writtenBytes: number; readonly referencedBytes: number }>
  /** Epoch milliseconds of the look, witness clock. */
  readonly readAt: number
}

/** Of one snapshot, as `zfs get ivsetguid` says it on either side: `-` where that side has none. */
export interface IvSets {
  readonly primary: string
  readonly backup: string
}

/** A dataset as what is made below it inherits from it. */
export type Enclosing = Pick<DatasetFacts, 'name' | 'encryption' | 'keyStatus'>

/** A dataset of ours beside a backup dataset, known by its name: a set-aside, a clone not yet swapped in, a seed not yet swapped in. */
export interface Sibling {
  /** Full name, `pool/ds.zw-aside-T`. */
  readonly name: string
  readonly guid: Guid
  readonly type: DatasetFacts['type']
  /** `pool/ds@snap` that it is a clone of, or null. */
  readonly origin: string | null
  /** Epoch seconds; of a set-aside the age of the dataset, not of the repair (that is in its name). */
  readonly creation: number
  /** Exactly what removing it would free. */
  readonly usedBytes: number
  /** Bytes, since its newest snapshot or since the one that it is a clone of. */
  readonly written: number
  /** Null: a volume, or not read. */
  readonly canmount: 'on' | 'off' | 'noauto' | null
  readonly encryptionRoot: string | null
  readonly receiveResumeToken: string | null
  /** File systems and volumes directly below it. */
  readonly children: readonly ChildDataset[]
  /** Its own snapshots. */
  readonly snapshots: readonly SnapshotEntry[]
  /** Of a set-aside: neither it nor any of its snapshots differs from what it stands on. Absent: it does, or that was not read. */
  readonly holdsNothing?: boolean
}

/** A file system or volume directly below another one. */
export interface ChildDataset {
  /** Full name. */
  readonly name: string
  readonly type: DatasetFacts['type']
  readonly encryptionRoot: string | null
}

/** What a swap of a backup has to know of it, read only where one is planned. */
export interface SwapFacts {
  /** Direct children of the backup, which stay where they are. */
  readonly children: readonly ChildDataset[]
  /** The longest name of all that is below it, snapshots too, without its own (`/kid/one@daily`). Absent: it has no children. */
  readonly longestBelow?: string
  /** Properties set on the backup itself (local or received), with exact values. */
  readonly local: readonly { readonly name: string; readonly value: string }[]
  /** `canmount` in force; null for a volume. */
  readonly canmount: 'on' | 'off' | 'noauto' | null
  /** Shared over NFS or SMB: someone may be working on it. */
  readonly shared: boolean
  /** `logicalreferenced`: what is in it before compression. Null or absent: not read. */
  readonly logicalBytes?: number | null
}

export interface SwapRecord {
  /** The set-aside, by its full name. */
  readonly aside: string
  /**
   * `over`: its repair has ended well, with a look at the end; what is different there since is someone's. `open`: it was begun, and its end is
   * not on record. `unknown`: nothing is (a lost database). `settled`: nothing is either, but a repair that ended well since
   * has found nothing of it to finish: whether its very last command had come, that does not say.
   */
  readonly swap: 'over' | 'open' | 'settled' | 'unknown'
  /** Of an open one: what the backup was to have at its end; null: it stays as it is, or that is not known. */
  readonly canmount: 'on' | 'off' | null
  /** `canmount` of the backup as last read: a check that finds nothing wrong does not ask for it. */
  readonly backupCanmount?: SwapFacts['canmount']
}

/** What the logins may do: `all` for root and sudo, null where that could not be read. */
export interface Rights {
  /** On the primary itself. */
  readonly primary: ReadonlySet<string> | 'all' | null
  /** On what is made beside the backup (or in its place). */
  readonly backup: ReadonlySet<string> | 'all' | null
  /** On the backup as it is now, where more may be delegated. Absent: the same. */
  readonly onBackup?: ReadonlySet<string> | 'all' | null
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
