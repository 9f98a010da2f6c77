/** Snapshots and bookmarks together. */
export interface SnapshotLimits {
  readonly ofADataset: number
  readonly ofAHost: number
}

/**
 * As many as a snapshot every quarter of an hour makes in three years; with more, `zfs list` itself takes minutes. Each
 * costs the witness some 250 bytes.
 */
const OF_A_DATASET = 100_000
/** So many at least, whatever is asked for. */
const OF_A_SMALL_HOST = 200_000
const FOR_EACH_DATASET = 5_000
const OF_ANY_HOST = 1_500_000

export const limitsFor = (datasets: number): SnapshotLimits => ({
  ofADataset: OF_A_DATASET,
  ofAHost: Math.min(OF_ANY_HOST, OF_A_SMALL_HOST + datasets * FOR_EACH_DATASET),
})

interface Rows {
  readonly snapshots: readonly unknown[]
  readonly bookmarks: readonly unknown[]
}

/** What one reading of one host may bring. */
export interface SnapshotRoom {
  readonly limits: SnapshotLimits
  /** One more row; answers the limit that its dataset is beyond by it, if any. */
  take(dataset: Rows): keyof SnapshotLimits | null
  giveBack(rows: number): void
}

export function createRoom(limits: SnapshotLimits): SnapshotRoom {
  let taken = 0
  return {
    limits,
    take({ snapshots, bookmarks }) {
      taken += 1
      if (snapshots.length + bookmarks.length > limits.ofADataset) return 'ofADataset'
      return taken > limits.ofAHost ? 'ofAHost' : null
    },
    giveBack(rows) {
      taken -= rows
    },
  }
}

/** For a listing of which the length is bounded by where it comes from. */
export const unlimited = (): SnapshotRoom => createRoom({ ofADataset: Infinity, ofAHost: Infinity })
