/** A run of data written at one time. Its bytes follow from the seed alone, so that it costs nothing to keep. */
export interface Extent {
  /** Length in bytes. */
  readonly b: number
  /** Seed of the bytes. */
  readonly s: number
  /** createtxg of the snapshot that first held it; missing while none does. */
  readonly t?: number
}

export interface SnapshotRecord {
  /** Number within the pool; never used twice. */
  readonly id: number
  name: string
  readonly guid: string
  readonly txg: number
  /** Epoch seconds, by the clock of the machine that took it. */
  readonly time: number
  /** Hold tag → epoch seconds. */
  holds: Record<string, number>
  /** Data written since the snapshot before it. */
  ext: Extent[]
  /** Bytes this snapshot refers to. */
  readonly refer: number
  /** Bytes written since the snapshot before it, as `written` shows them. */
  written: number
  /** Bytes that only this snapshot keeps. */
  unique?: number
  /** User properties. */
  props?: Record<string, string>
  /** Cipher lineage; two sides can exchange raw increments only where it is equal. */
  ivset?: string
}

export interface BookmarkRecord {
  readonly name: string
  readonly guid: string
  readonly txg: number
  readonly time: number
  readonly refer: number
  /** As of its snapshot: a raw increment can start from it. */
  readonly ivset?: string
}

/** What one dataset keeps in its own file, because most commands never need it. */
export interface DatasetHistory {
  snapshots: SnapshotRecord[]
  bookmarks: BookmarkRecord[]
}

/** A receive under way or left behind. How far it came stands in a file of its own (see partial.ts). */
export interface PartialRecord {
  readonly id: string
  readonly resumable: boolean
  /** The receiving process (see process-mark.ts); the receive runs as long as it lives. */
  owner: string
  readonly toName: string
  readonly toGuid: string
  readonly toTime: number
  readonly fromGuid: string | null
  readonly extents: readonly Extent[]
  /** Bytes of it that the dataset's `own` counts. */
  booked: number
  readonly flags: StreamFlags
  /** The dataset came into being with this receive and goes with it. */
  readonly fresh: boolean
  /** createtxg of the newest snapshot when it began: one taken later makes the resume impossible. */
  readonly newestTxg: number
}

export interface StreamFlags {
  readonly raw: boolean
  readonly large: boolean
  readonly embedded: boolean
  readonly compressed: boolean
}

export interface Grant {
  readonly who: 'user' | 'group' | 'everyone' | 'create'
  readonly name: string
  readonly scope: 'local' | 'descendent' | 'both'
  rights: string[]
}

export interface DatasetRecord {
  readonly id: number
  name: string
  type: 'filesystem' | 'volume'
  readonly guid: string
  readonly txg: number
  readonly time: number
  /** The dataset and the snapshot's number that this is a clone of. */
  origin: { dataset: number; snapshot: number } | null
  local: Record<string, string>
  received: Record<string, string>
  /** A stream with properties has come, whatever was left of them. */
  hadProperties?: boolean
  mounted: boolean
  /** Where, if not where its property says. */
  mountedAt?: string
  /** Data written since the newest snapshot. */
  live: Extent[]
  /** Bytes the head refers to. */
  refer: number
  /** Bytes written since the newest snapshot, overhead included. */
  written: number
  /** Bytes kept by this dataset and its snapshots, without children and without the origin's. */
  own: number
  /** Epoch seconds, or null when never changed. */
  snapshotsChanged: number | null
  /** Version of the history file; 0 when there is none. */
  history: number
  partial: PartialRecord | null
  grants: Grant[]
  /** Encryption root's secret as text; only on the root itself. */
  secret?: string
  encryptionRoot: number | null
  keyLoaded: boolean
  /** Set in memory on a dataset that was destroyed, for whoever still holds it. */
  gone?: boolean
  /** Blocks over 128 KiB were received: later streams must carry them too. */
  large: boolean
}

export interface PoolRecord {
  readonly name: string
  readonly guid: string
  /** As `zpool list` counts it. */
  size: number
  /** Bytes of the pool that one byte of data takes, as 1.5 on a raidz1 of three disks; missing: 1. */
  rawPerByte?: number
  health: string
  readonly: boolean
  imported: boolean
  /** Rises with each change; the source of every createtxg. */
  txg: number
  nextId: number
  datasets: DatasetRecord[]
}
