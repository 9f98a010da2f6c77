import type { SnapshotRef } from '#lib/replication/types/inventory.ts'
import type { Guid } from '#lib/zfs/types.ts'

/** `UNKNOWN`: a side could not be read. `ATTENTION`: the backup is there, but something about it should be put right. */
export type VerificationResult = 'VERIFIED' | 'ATTENTION' | 'UNKNOWN' | 'FAILED'

export type VerificationCode =
  | 'NOT_COMPARED'
  | 'NO_BACKUP'
  | 'NO_COMMON_SNAPSHOT'
  | 'GAP'
  | 'NAME_CLASH'
  | 'ORDER'
  | 'BACKUP_AHEAD'
  | 'NOT_READONLY'
  | 'WRITTEN'
  | 'PARTIAL_RECEIVE'
  | 'POOL'
  | 'POOL_ERRORS'
  | 'NOT_SCRUBBED'

export interface VerificationFinding {
  readonly code: VerificationCode
  readonly state: Exclude<VerificationResult, 'VERIFIED'>
  readonly message: string
  readonly cure: string | null
}

/** The guids of both sides, over the whole history that they have in common. */
export interface History {
  readonly commonCount: number
  readonly oldest: SnapshotRef | null
  readonly newest: SnapshotRef | null
  /** Snapshots of the primary within that history that the policy wants and the backup does not have, oldest first. */
  readonly gaps: readonly SnapshotRef[]
  /** The same, but the policy does not want them. */
  readonly leftOut: number
  /** Snapshots that only the backup has: within or before that history, and after it. */
  readonly keptOnBackup: number
  readonly aheadOnBackup: number
  /** The same snapshot under another name. */
  readonly renamed: number
  readonly clashes: readonly { readonly name: string; readonly primaryGuid: Guid; readonly backupGuid: Guid }[]
  /** Both pools have them in the same order. */
  readonly sameOrder: boolean
}

/** Could the backup be restored without the primary, and how? */
export interface Restore {
  /** Null: not known. */
  readonly possible: boolean | null
  /** What it needs besides, each a sentence. */
  readonly needs: readonly string[]
  /** The snapshot that would be restored. */
  readonly snapshot: SnapshotRef | null
  /** The new name on the primary. */
  readonly into: string | null
  /** One line for the newest state; null where it is not possible. */
  readonly command: string | null
  /** The lines that bring every older snapshot along. */
  readonly withHistory: readonly string[]
  /** The primary's own properties, which no stream of ours carries: to be set again. Null where they could not be read. */
  readonly properties: Readonly<Record<string, string>> | null
}

export interface Verification {
  readonly datasetId: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly result: VerificationResult
  /** One sentence. */
  readonly summary: string
  readonly findings: readonly VerificationFinding[]
  /** Null where a side could not be read. */
  readonly history: History | null
  /** Null: not known. */
  readonly readonly: boolean | null
  readonly writtenBytes: number | null
  readonly pool: {
    readonly name: string
    /** Epoch seconds; null: never, or not known. */
    readonly scrubbedAt: number | null
    readonly scrubErrors: number | null
    readonly dataErrors: string | null
    /** Was the newest common snapshot there already when the last scrub read the pool? Null: not known. */
    readonly scrubbedSinceNewest: boolean | null
    /** The newest common snapshot that was taken before the last scrub ended; null: none, or not known. */
    readonly newestBeforeScrub: SnapshotRef | null
  }
  readonly restore: Restore
}
