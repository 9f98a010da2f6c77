import type { Guid } from '#lib/zfs/types.ts'
import type { Mapping, SnapshotRef } from './inventory.ts'

/** A step of a plan. `commands` is shown and run: argv on a host, never a line. */
interface StepBase {
  readonly n: number
  readonly title: string
  readonly estimateBytes: number | null
  readonly ifInterrupted: 'resumes' | 'reused' | 'completed at next start' | 'harmless' | 'starts again'
}
export interface HostCommand {
  readonly host: string
  readonly argv: readonly string[]
}
/** What a name must be, when a step begins: that very object, or (null) nothing at all. */
export interface Found {
  /** Full name on the step's host: `pool/ds` or `pool/ds@snap`. */
  readonly name: string
  readonly guid: Guid | null
}
/**
 * What short commands are for. `undo`: gives back what the promote took; it runs only where ZFS refuses the swap before it
 * in the plan for good while nothing has been renamed yet. (A plan without a swap is itself to undo one: there it runs.)
 */
export type CommandsRole =
  | 'mark'
  /** Holds on the primary for as long as a first transfer lasts, and their end. */
  | 'keep'
  | 'release'
  | 'parents'
  | 'rename'
  | 'clone'
  | 'promote'
  | 'limits'
  | 'unmount'
  | 'swap'
  | 'undo'
  /** Runs only where the `unmount` before it did its work, also where what is between them failed. */
  | 'mount'
  | 'hold'
  | 'discard'
  | 'rollback'
export type Step =
  | (StepBase & {
      /** Short commands of one host in one line: each runs only where the one before it succeeded. */
      readonly kind: 'commands'
      readonly role: CommandsRole
      readonly host: string
      readonly commands: readonly HostCommand[]
      readonly expects: readonly Found[]
      /** A failure is a warning, not the end. */
      readonly optional: boolean
    })
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
      /** Where the stream goes, when it is not the backup dataset itself (`B.zw-incoming-T`). */
      readonly into: string
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
  | 'IN_PLACE'
  | 'IMPOSSIBLE'

/** Something that a plan would destroy. */
export interface Destroyed {
  /** `written`: the changes of the dataset itself since its newest snapshot; `partial`: what a receive had saved. */
  readonly kind: 'snapshot' | 'bookmark' | 'written' | 'partial'
  /** After the `@` or `#`; of `written` the dataset. */
  readonly name: string
  readonly guid: Guid | null
  /** Epoch seconds. */
  readonly creation: number | null
  readonly usedBytes: number | null
  /** Of a snapshot: it is known to hold no change. */
  readonly holdsNothing?: boolean
}

/** The facts a plan rests on; the plan is stale only when one of them has changed. */
export interface Expectation {
  readonly primaryDatasetGuid: Guid | null
  readonly backupDatasetGuid: Guid | null
  readonly baseGuid: Guid | null
  readonly targetGuid: Guid | null
  readonly backupAfterBase: readonly Guid[]
  readonly backupWritten: number | null
  readonly tokenDigest: string | null
  /** Datasets of ours beside the backup that the plan goes on from, by name and guid. */
  readonly beside: readonly Found[]
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
  /** What would be lost, each by name and guid. Empty for every plan but IN_PLACE, which only a person can choose. */
  readonly destroys: readonly Destroyed[]
  /** What is moved out of the way and kept; null where nothing is. */
  readonly setAside: {
    readonly name: string
    readonly snapshots: number
    readonly usedBytes: number | null
    /** What is kept is known to hold no change: a person may as well let it be destroyed. */
    readonly holdsNothing?: boolean
  } | null
  /** Pre-flight: what was looked at before a byte moves. Empty where nothing has been asked yet (a scan's plan). */
  readonly checks: readonly Check[]
  /** One sentence: how both sides stand afterwards. */
  readonly outcome: string
  readonly untouched: readonly string[]
  /** Things a person should know that change nothing: an anchor left out, a backup that stays behind. */
  readonly notes: readonly string[]
  /** What would become readable, and where, by streams that are not raw; absent: nothing that is encrypted on the primary. */
  readonly decrypts?: string
  readonly estimateBytes: number | null
  readonly estimateIsExact: false
  readonly expects: Expectation
  /** May the scheduler run it, by the plan alone? What is shown of it, and what a check does, counts the other repairs too. */
  readonly automatic: Automatic
  /** Can it be run at all (by a person)? Null = yes; else what stands in the way and what cures it. */
  readonly blocked: { readonly code: string; readonly because: string; readonly cure: string } | null
}

/** May the scheduler run a plan? */
export interface Automatic {
  /** The next check would start it. */
  readonly allowed: boolean
  readonly code: AutomaticCode
  /** What speaks for it or against it, whole sentences. */
  readonly because: string
  /** Epoch ms from which it may start by itself, where all that holds it back ends by itself; else null. */
  readonly from: number | null
  /** All of it in words, the same on every surface; `sentenceBelow` leaves out what is said above it. */
  readonly sentence: string
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
  | 'WAITING_FOR_WINDOW'
  | 'POOL'
  | 'SPACE'
  | 'NO_ESTIMATE'
  | 'SET_ASIDE_LIMIT'
  | 'BLOCKED'
  | 'WAITS_FOR_PARENT'
  | 'UNDER_WAY'
  | 'BUSY'
  | 'ANOTHER_WITNESS'
  | 'UNKNOWN_STATE'

/** One thing that was looked at before a repair: a tick, or a reason with its cure. */
export interface Check {
  readonly id: CheckId
  /** `warning` goes on; `failed` blocks the plan; `unknown` could not be looked at and does not block. */
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown'
  readonly sentence: string
  readonly cure: string | null
}
type CheckId =
  | 'space'
  | 'quota'
  | 'rights'
  | 'holds'
  | 'clones'
  | 'names'
  | 'key'
  | 'pool'
  | 'receive'
  | 'readonly'
  | 'mounted'
  | 'lineage'
  | 'properties'
