/** Snapshots and bookmarks together. */
export interface SnapshotLimits {
  readonly ofADataset: number
  readonly ofAHost: number
  /** What those of a host may take here, in bytes. */
  readonly bytesOfAHost: number
}

/** As many as a snapshot every quarter of an hour makes in three years; with more, `zfs list` itself takes minutes. */
const OF_A_DATASET = 100_000
/** So many at least, whatever is asked for. */
const OF_A_SMALL_HOST = 200_000
const FOR_EACH_DATASET = 5_000
const OF_ANY_HOST = 1_500_000

const MB = 1_000_000
/** The same in bytes: what counts where names are long, or each dataset has names of its own. */
const BYTES_OF_A_SMALL_HOST = 75 * MB
const BYTES_BESIDE_ALL = 30 * MB
/** 5,000 snapshots with names that others have too. */
const BYTES_FOR_EACH_DATASET = 0.8 * MB
const BYTES_OF_ANY_HOST = 450 * MB

const bytesFor = (datasets: number): number =>
  Math.min(BYTES_OF_ANY_HOST, Math.max(BYTES_OF_A_SMALL_HOST, BYTES_BESIDE_ALL + datasets * BYTES_FOR_EACH_DATASET))

export const limitsFor = (datasets: number): SnapshotLimits => ({
  ofADataset: OF_A_DATASET,
  ofAHost: Math.min(OF_ANY_HOST, OF_A_SMALL_HOST + datasets * FOR_EACH_DATASET),
  bytesOfAHost: bytesFor(datasets),
})

/** The entry, its place in the list and its guid. */
const ROW_BYTES = 150
/** Once a host is beyond its limit, a dataset with more than this share of it is not read: its rows would come to nothing. */
const SHARE_WHEN_FULL = 1 / 200
/** After so many bytes of rows that came to nothing. They have grown old by then: left alone, they are collected late. */
const COLLECT_AFTER = 20 * MB

interface CountedRows {
  readonly snapshots: readonly unknown[]
  readonly bookmarks: readonly unknown[]
  /** That both take here, about. */
  readonly bytes: number
}

interface GrowingRows extends CountedRows {
  bytes: number
}

/** What one reading of one host may bring. */
export interface SnapshotRoom {
  readonly limits: SnapshotLimits
  /** Each label that was read, once. */
  readonly labels: Labels
  /**
   * One more row, with so many bytes that it shares with no other; answers the limit that its dataset is beyond by it, if
   * any.
   */
  take(dataset: GrowingRows, ownBytes: number): keyof SnapshotLimits | null
  giveBack(dataset: GrowingRows): void
  /** So many bytes of text were read of what is beyond a limit. */
  skip(bytes: number): void
  /** A listing came to nothing as a whole: what did not fit beside it may fit. */
  reopen(): void
}

/** `taken`: of the host, in listings that are kept already. */
export function createRoom(limits: SnapshotLimits, taken: Iterable<CountedRows> = []): SnapshotRoom {
  let rows = 0
  let bytes = 0
  let wasted = 0
  let most = limits.ofADataset
  let full: 'ofAHost' | 'bytesOfAHost' | null = null
  for (const each of taken) {
    rows += each.snapshots.length + each.bookmarks.length
    bytes += each.bytes
  }
  function waste(bytes: number): void {
    wasted += bytes
    if (wasted < COLLECT_AFTER) return
    wasted = 0
    Bun.gc(true)
  }

  return {
    limits,
    labels: new Labels(),
    take(dataset, ownBytes) {
      dataset.bytes += ROW_BYTES + ownBytes
      bytes += ROW_BYTES + ownBytes
      rows += 1
      const own = dataset.snapshots.length + dataset.bookmarks.length
      if (own > limits.ofADataset) return 'ofADataset'
      if (rows <= limits.ofAHost && bytes <= limits.bytesOfAHost) return own > most ? full : null
      full = rows > limits.ofAHost ? 'ofAHost' : 'bytesOfAHost'
      most = limits.ofAHost * SHARE_WHEN_FULL
      return full
    },
    giveBack(dataset) {
      rows -= dataset.snapshots.length + dataset.bookmarks.length
      bytes -= dataset.bytes
      waste(dataset.bytes)
      dataset.bytes = 0
    },
    skip: waste,
    reopen() {
      most = limits.ofADataset
    },
  }
}

/** For a listing of which the length is bounded by where it comes from. */
export const unlimited = (): SnapshotRoom =>
  createRoom({ ofADataset: Infinity, ofAHost: Infinity, bytesOfAHost: Infinity })

/** The part after `@` or `#`, and its createtxg: what a recursive snapshot has in common on all its datasets. */
interface Label {
  readonly name: string
  txg: bigint
  /** What followed it the last time. */
  next: Label | null
}

/** In bytes, some 60,000 of usual length; whatever comes after them is not shared. */
const MOST_BYTES = 8_000_000
/** Without its characters: a name, a createtxg, and what finds them. */
const LABEL_BYTES = 100

/**
 * Labels that were read, each once: a thousand datasets that are snapped together have the same few hundred, in the same
 * order, so what comes next is guessed and nothing is made to look it up.
 */
class Labels {
  readonly #byName = new Map<string, Label>()
  #last: Label | null = null
  #bytes = 0

  /** That of `text` from `start` to `end`, if it is known. */
  at(text: string, start: number, end: number): Label | undefined {
    const guess = this.#last?.next
    const isIt = guess != null && guess.name.length === end - start && text.startsWith(guess.name, start)
    const label = isIt ? guess : this.#byName.get(text.slice(start, end))
    if (label !== undefined) this.#follow(label)
    return label
  }

  add(name: string, txg: bigint): void {
    if (this.#bytes >= MOST_BYTES) return
    this.#bytes += LABEL_BYTES + name.length
    const label: Label = { name, txg, next: null }
    this.#byName.set(name, label)
    this.#follow(label)
  }

  #follow(label: Label): void {
    if (this.#last !== null) this.#last.next = label
    this.#last = label
  }
}
