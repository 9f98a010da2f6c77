/** A ZFS object's identity: an unsigned 64-bit number in decimal. Never a JavaScript number, which rounds past 2^53. */
export type Guid = string

export type DatasetType = 'filesystem' | 'volume'

export interface SnapshotEntry {
  /** The part after `@`. A label only: identity is the guid. */
  readonly name: string
  readonly guid: Guid
  /** Order within one pool; meaningless across pools. */
  readonly createtxg: bigint
  /** Epoch seconds by the clock of the machine that took the snapshot (the primary); ties are common. */
  readonly creation: number
  /** Number of holds (`userrefs`). */
  readonly holds: number
}

export interface BookmarkEntry {
  /** The part after `#`. */
  readonly name: string
  /** The guid of the snapshot that was bookmarked. */
  readonly guid: Guid
  readonly createtxg: bigint
  readonly creation: number
}

/** One filesystem or volume as `zfs list -Hp` shows it. Sizes in bytes; null means "not known to this host". */
export interface DatasetFacts {
  readonly name: string
  readonly type: DatasetType
  readonly guid: Guid
  readonly createtxg: bigint
  /** Epoch seconds by its host's clock; absent where it was not read. */
  readonly creation?: number
  /** The snapshot this dataset is a clone of (`pool/ds@snap`), or null. */
  readonly origin: string | null
  /** Epoch seconds, whole; null where the host does not have the property or answers `-`. */
  readonly snapshotsChanged: number | null
  readonly receiveResumeToken: string | null
  /** Bytes written since the newest snapshot. */
  readonly written: number
  readonly used: number
  readonly referenced: number
  readonly available: number
  readonly readonly: boolean
  readonly mounted: boolean
  /** `off` when not encrypted, else the cipher. */
  readonly encryption: string
  readonly encryptionRoot: string | null
  readonly keyStatus: 'available' | 'unavailable' | null
}

export interface PoolFacts {
  readonly name: string
  /** ONLINE, DEGRADED, FAULTED, SUSPENDED, … as zpool prints it. */
  readonly health: string
  readonly readonly: boolean
  /** As `zpool list` counts: on raidz the parity is in both. */
  readonly sizeBytes: number
  readonly freeBytes: number
  /** As datasets count; absent where it was not read. */
  readonly usable?: UsableSpace
}

/** Of a pool's root dataset, all below it included: bytes as data, whatever redundancy they take in the pool. */
interface UsableSpace {
  readonly usedBytes: number
  /** What may still be written: without parity, without what ZFS keeps for itself, within a quota on the root. */
  readonly availableBytes: number
}

/** What a resume token holds, and what the sending host would send by it. Byte counts as numbers (9 PB fits). */
export interface ResumeTokenFacts {
  /** `pool/ds@snap` on the sending side. */
  readonly toName: string
  readonly toGuid: Guid
  /** Null for a full stream. */
  readonly fromGuid: Guid | null
  /** Bytes already received. */
  readonly bytes: number
  /** Estimate of what is left, or null where the host does not say. */
  readonly remainingBytes: number | null
  /** How what is left of it would be sent. A dataset without blocks over 128 KiB has no `largeBlocks`, however it is sent. */
  readonly flags: StreamFlags
  /** As the names are now: `pool/ds@snap`, and where from (`pool/ds@snap` or `pool/ds#mark`; null: in full). */
  readonly sends: { readonly from: string | null; readonly to: string }
}

/** Of a stream: `zfs send -w`, `-L`, `-c`, `-e`. */
export interface StreamFlags {
  readonly raw: boolean
  readonly largeBlocks: boolean
  readonly compressed: boolean
  readonly embedded: boolean
}

/** One line of a send estimate: a hop from `from` (null: full) to the snapshot `to`. */
export interface EstimateStep {
  readonly kind: 'full' | 'incremental'
  readonly from: string | null
  /** `pool/ds@snap`. */
  readonly to: string
  /** Null when the host printed a nonsense value near 2^64. */
  readonly bytes: number | null
}
export interface SendEstimate {
  readonly steps: readonly EstimateStep[]
  readonly totalBytes: number | null
}

/** What a line of `zfs` or `zpool` stderr means. Callers branch on this, never on text. */
export type ZfsFaultKind =
  | 'dataset-missing'
  | 'pool-missing'
  | 'snapshot-missing'
  | 'pool-unavailable'
  | 'permission-denied'
  | 'not-root'
  | 'modules-not-loaded'
  | 'destination-exists'
  | 'destination-has-snapshots'
  | 'base-mismatch'
  | 'destination-modified'
  | 'name-taken'
  | 'partial-state'
  | 'interrupted'
  | 'bad-stream'
  | 'token-stale'
  | 'token-corrupt'
  | 'busy'
  | 'key-unavailable'
  | 'encryption-mismatch'
  | 'needs-large-blocks'
  | 'version-mismatch'
  | 'out-of-space'
  | 'quota'
  | 'io-error'
  | 'parent-missing'
  | 'is-clone'
  | 'mount-failed'
  | 'property-refused'
  | 'bad-property'
  | 'source-changed'
  | 'nothing-sent'
  | 'link-died'
  | 'name-too-long'
  | 'sudo-password'
  | 'command-not-found'
  | 'unrecognised'

export interface ZfsFault {
  readonly kind: ZfsFaultKind
  /** The text that was recognised, one line, cleaned of control characters. */
  readonly text: string
  /** Worth another try without a person, after reading both sides again. */
  readonly retryable: boolean
}
