import type { Policy } from '#config/effective.ts'
import type { Guid } from '#lib/zfs/types.ts'
import type { Comparison, Inventory, Mapping, SnapshotRef } from './inventory.ts'
import type { Expectation, PlanKind } from './plan.ts'
import type { Health, Reason } from './reason.ts'

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
  /** Epoch ms from which CHAIN_AT_RISK is to be expected while nothing is brought over; absent: not foreseen. */
  readonly chainRiskFrom?: number
}

/**
 * What is remembered of how a primary dataset, by its guid, was sent to a backup host, whatever the mapping or the backup
 * dataset was called: outlives both. Of one that is not encrypted there is nothing.
 */
export interface LineMemory {
  /** Something of it was sent to that host raw, or was seen to have been. */
  readonly raw: boolean
  /** A person has decided that this very backup dataset gets it decrypted. */
  readonly decrypted: boolean
}

/** What the judge remembers of a mapping between checks. Plain JSON; every field has a meaning without the others. */
export interface Memory {
  /**
   * Last guid seen in common, when (epoch ms), and in which backup dataset: lineage rule 1. A mapping that is pointed at
   * another dataset has proved nothing about that one.
   */
  readonly common: { readonly guid: Guid; readonly at: number; readonly backupGuid?: Guid } | null
  /** Guid of the primary dataset and its newest createtxg (decimal) ever seen: lineage rule 2. */
  readonly primary: { readonly guid: Guid; readonly newestCreatetxg: string } | null
  /** `written` of the backup at the last look, and whether it grew then: lineage rule 3. */
  readonly backupWritten: { readonly bytes: number; readonly grewAt: number | null } | null
  /** Epoch ms when each missing snapshot was first seen missing, by guid. Only older versions wrote it; `waiting` has it now. */
  readonly firstMissing: { readonly [guid: Guid]: number }
  /**
   * The resume token as last seen, how many looks it has not moved, and when (epoch ms) the last of them that counts was.
   * `at` is absent in what was remembered before this was.
   */
  readonly token: { readonly digest: string; readonly unchangedLooks: number; readonly at?: number } | null
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
  /** ZFS refused a stream without `-L`, because an earlier one had it. */
  readonly largeBlocks?: boolean
  /** Since when (epoch ms) the newest common snapshot is the newest one, as far as it was seen. */
  readonly commonSince?: { readonly guid: Guid; readonly at: number } | null
  /** What retention removed from the primary, as far as it was seen: at most 20. */
  readonly prunings?: readonly Pruning[]
  /** The backup dataset at the last look, and the newest createtxg (decimal) on it then: what is newer has come since. */
  readonly backupSeen?: { readonly guid: Guid; readonly newestCreatetxg: string } | null
  /** What came to the backup last and was not sent from here. */
  readonly foreign?: ForeignActivity | null
  /** The mark of another witness as last read: its date (epoch ms), and that or the first sight of one from the future. */
  readonly otherWitness?: { readonly id: string; readonly dated: number; readonly at: number } | null
  /** Epoch ms of the first check that saw it; absent in what was remembered before this was. */
  readonly firstSeenAt?: number
  /** Of the root of a recursive mapping: what became of its children. */
  readonly tree?: {
    /** Epoch ms of the newest acknowledgement: children that disappeared before it are settled. */
    readonly settledAt: number | null
    /** Many disappeared at once: epoch ms of the first and the last check that missed some, and how large the tree was. */
    readonly gone: { readonly since: number; readonly at: number; readonly of: number } | null
  } | null
  /** Epoch ms of the last time the backup host answered (for planned off times and missed windows). */
  readonly backupSeenAt: number | null
  /** Digest of the token that ZFS refused to go on with, because its stream would overwrite the backup. */
  readonly refusedToken?: string
  /** Failed runs up to this number count no longer: a person settled them, or a check saw their cause gone. */
  readonly settledRun?: number
  /** How the primary takes its snapshots, as checks saw it. Absent: no check has read it yet. */
  readonly rhythm?: Rhythm
  /** What is missing and since when. Absent: no check has compared the two sides yet. */
  readonly waiting?: Waiting
  /** What the primary held, and whether it has lost it. Absent: no check has read it yet. */
  readonly history?: History
  /** What the newest snapshots of the primary wrote, oldest first (at most 8). Absent: never asked. */
  readonly sizes?: readonly SizeSeen[]
  /** One of them rewrote most of the data. Null or absent: none did lately, or it is over. */
  readonly rewritten?: Rewritten | null
}

/** A snapshot, the share of the data before it that it rewrote (null: not known), and the bytes that it holds. */
export type SizeSeen = readonly [guid: Guid, share: number | null, referencedBytes: number]

/** A snapshot that rewrote most of what the one before it held. */
export interface Rewritten {
  readonly snapshot: SnapshotRef
  /** The last one before it; null: not there any more. */
  readonly before: SnapshotRef | null
  readonly rewrittenBytes: number
  readonly beforeBytes: number
  /** Epoch ms of the check that saw it. */
  readonly at: number
  /** Snapshots since then that were as usual. */
  readonly normal: number
}

/** A snapshot as it is remembered of the primary. */
export interface SnapshotMark extends SnapshotRef {
  /** Decimal. */
  readonly createtxg: string
}

/** The snapshots of a primary as the last look that read it saw them. */
export interface History {
  /** Guid of the primary dataset; on another one its createtxg mean nothing. */
  readonly datasetGuid: Guid
  /** Epoch ms of that look. */
  readonly at: number
  readonly count: number
  readonly oldest: SnapshotMark | null
  readonly newest: SnapshotMark | null
  /** The newest common one that counts: no temporary one of a replicator, and none that `snapshot_exclude` names. */
  readonly common: SnapshotMark | null
  /**
   * At what age (seconds) snapshots of a kind were destroyed: by the shape of their names (at most 6, those seen last), of the last
   * looks that missed any (at most 8, no two of one day) the youngest. `at`: epoch ms of the last of them.
   */
  readonly ages: readonly (readonly [shape: string, at: number, seconds: readonly number[]])[]
  /** It has lost its history. Stays until a person lifts it, or until what disappeared is there again. */
  readonly lost: LostHistory | null
}

/** What disappeared from a primary before its time. */
export interface LostHistory {
  /** Epoch ms of the check that missed it. */
  readonly at: number
  /** The newest common snapshot, where that was destroyed too early; else null. */
  readonly common: SnapshotMark | null
  /** Of that one, seconds: how old it was at most, and at what age its kind usually goes (null: not known). */
  readonly ageSeconds: number | null
  readonly usualSeconds: number | null
  /** Snapshots and the seconds from the oldest to the newest: as the last look before saw them, and at that check. */
  readonly before: { readonly count: number; readonly spanSeconds: number }
  readonly after: { readonly count: number; readonly spanSeconds: number }
  /** What has to be there again for it to end by itself. */
  readonly guids: readonly Guid[]
}

/** The children of a recursive mapping as its last listing that ended well had them. */
export interface Tree {
  /** How many are there. */
  readonly living: number
  /** Gone on the primary, by their name below the root; epoch ms of the check that missed them. */
  readonly retired: readonly { readonly name: string; readonly at: number }[]
  /** When (epoch ms) someone acknowledged the root's state, null: no one has. */
  readonly acknowledgedAt: number | null
}

/** A moment by both clocks: an age by it is the shorter of the two, so that setting one makes nothing look longer ago. */
export interface Moment {
  /** Epoch milliseconds by the witness. */
  readonly witness: number
  /** Epoch seconds by the primary. */
  readonly primary: number
}

/** The eligible snapshots of a primary as they were taken. Everything here survives their pruning. */
export interface Rhythm {
  /** Guid of the primary dataset; on another one its createtxg mean nothing. */
  readonly datasetGuid: Guid
  /** The last look that read the primary. */
  readonly lookedAt: Moment
  /** The newest eligible snapshot that was ever seen. */
  readonly newest: {
    readonly guid: Guid
    /** Decimal. */
    readonly createtxg: string
    /** Epoch seconds. */
    readonly creation: number
    /** Epoch ms of the first look that showed it. */
    readonly seenAt: number
    /** Epoch ms of the last look that did not show it yet; null: it was there at the first look. */
    readonly unseenAt: number | null
  } | null
  /** Guids of the newest ten that were there at the last look. Where all of them are there at the next one, retention took none between. */
  readonly lately: readonly Guid[]
  /** Median distance of the newest ten, seconds; null: there were not two. */
  readonly usualSeconds: number | null
  /** Distances between successive ones of the last 35 days, seconds, when known: only those that no later one reaches (at most 40). */
  readonly distances: readonly (readonly [witness: number, primary: number, seconds: number])[]
}

/** What the delay counts from, and what it would count from if the newest common snapshot moved. */
export interface Waiting {
  /** Guid of the primary dataset, as in Rhythm. */
  readonly datasetGuid: Guid
  /** The newest common snapshot (or bookmark of one) as last seen; null: there never was one. */
  readonly base: {
    readonly guid: Guid
    readonly createtxg: string
    /** Epoch seconds. */
    readonly creation: number
    /** Epoch ms of the first look at which it was the newest common one. */
    readonly seenAt: number
  } | null
  /** Of the first eligible snapshot after it, which may be pruned by now: when it was taken (epoch seconds) and first seen missing (epoch ms). */
  readonly since: { readonly creation: number; readonly seenAt: number } | null
  /** The first of the looks in a row at which nothing was missing. */
  readonly clearSince: Moment | null
  /** Eligible snapshots by createtxg, pruned ones too: those after the base (at most 500), and a few before it. */
  readonly log: readonly Noted[]
}

/**
 * One eligible snapshot, or several that were put together: createtxg (decimal) of the last, `creation` (epoch seconds) and first sight
 * (epoch ms) of the first. The last field is 1 where others may have come and gone unseen before it.
 */
export type Noted = readonly [createtxg: string, creation: number, seenAt: number, unsure: 0 | 1]

/** Snapshots that someone else brought to the backup, or took there. */
interface ForeignActivity {
  /** Epoch ms of the look that saw them. */
  readonly at: number
  /** Epoch ms of the first of the looks, never more than two intervals apart, that saw such a thing. */
  readonly since: number
  readonly count: number
  /** Name of the newest one. */
  readonly newest: string
  /** When that one was taken, epoch seconds. Absent in what was remembered before this was. */
  readonly taken?: number
  /** A replicator that names its snapshots so; null: none that is known. */
  readonly tool: string | null
  /** They are the primary's, or named by a replicator: not merely taken on the backup. */
  readonly replicated: boolean
}

/** A snapshot that retention removed from the primary. */
export interface Pruning {
  /** Its name with `#` for each number: snapshots of one schedule have one shape. */
  readonly shape: string
  /** Epoch seconds. */
  readonly creation: number
  /** Epoch ms, half-way between the last look that saw it and the first that did not. */
  readonly goneAt: number
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
  /** Failed repairs of this dataset since the last success, and since a person or a check settled the ones before. */
  readonly consecutiveFailures: number
  /** The two last failures were of an equal plan, with the same fault kind and step. */
  readonly sameTwice: boolean
  readonly last: {
    readonly runId: string
    readonly kind: string
    readonly message: string
    readonly at: number
    /** At which step of its plan; null: before the first one. */
    readonly step?: number | null
    /** What it was to do and what that rested on; null or absent: not known any more. */
    readonly tried?: Tried | null
  } | null
}

/** A plan as far as another one like it would fail in the same way: without its target, which moves with each new snapshot. */
export interface Tried {
  readonly kind: PlanKind
  readonly facts: Pick<
    Expectation,
    'primaryDatasetGuid' | 'backupDatasetGuid' | 'baseGuid' | 'backupAfterBase' | 'backupWritten' | 'tokenDigest'
  >
}

/** Only what can be known without a clock or I/O comes in; `now` is epoch ms. */
export interface JudgeInput {
  readonly mapping: Mapping
  readonly policy: Policy
  readonly inventory: Inventory
  readonly comparison: Comparison | null
  readonly memory: Memory
  /** Absent: nothing is remembered, as of a new line, or with a lost database. */
  readonly line?: LineMemory
  readonly now: number
  readonly intervalSeconds: number
  readonly primaryAvailability: Availability
  readonly backupAvailability: Availability
  readonly repairs: RepairHistory
  /** Failed runs up to this number count no longer, as this look has it. */
  readonly settledRun?: number
  /** Id of this witness; null or absent: it has none. */
  readonly witness?: string | null
  /** No host at all could be reached in this scan. */
  readonly isolated: boolean
  /** Estimated bytes behind where an estimate was made, else null. */
  readonly behindBytes: number | null
  /** Where the filters of snapshots are written (`app-config.yaml line 14`); null: the default of the product. */
  readonly filterAt?: { readonly include: string | null; readonly exclude: string | null }
  /** The backup dataset is the primary of another mapping. */
  readonly backupIsPrimaryElsewhere: boolean
  readonly timezone: string
  /** A child of a `recursive` tree that is gone on the primary: nothing is missing, its backup is kept. */
  readonly retired?: boolean
  /** It was found below the root of a recursive mapping. */
  readonly isChild?: boolean
  /** Of the root of a recursive mapping whose children are known. */
  readonly tree?: Tree | null
  /** How many living datasets of its tree stand below it. Absent: not counted, it has snapshots. */
  readonly below?: number
  /** When (epoch ms) someone acknowledged the state of the dataset, null or absent: no one has. */
  readonly acknowledgedAt?: number | null
  /** The partial receive on the backup is of a run of ours that has ended: that its token changed says nothing of others. */
  readonly ownToken?: boolean
  /** Snapshots that runs of ours were to bring: that they came says nothing of others. */
  readonly ownGuids?: ReadonlySet<Guid>
  /** What this process saw at the look before this one. */
  readonly previous?: Inventory | null
  /** How long the transfer of what is behind would take, by past ones; null or absent: not known. */
  readonly backlogSeconds?: number | null
}
