import { CUT_OFF, type ListingFault, listingFault } from './cells.ts'
import type { SnapshotLimits, SnapshotRoom } from './snapshot-limits.ts'
import {
  type DatasetSnapshots,
  emptyDataset,
  type GrowingDataset,
  SnapshotRows,
  sortByTxg,
} from './snapshot-listing.ts'

/** What came of one dataset. `full`: it has more than may be read, and nothing of it is kept. */
type ReadSnapshots = DatasetSnapshots | UnreadSnapshots
export type UnreadSnapshots = { readonly fault: ListingFault } | { readonly full: keyof SnapshotLimits }

/** Reads the output of `listSnapshots(names)` in pieces, as they come: nothing is held but the rows. */
interface SnapshotReader {
  push(bytes: Uint8Array): void
  end(exitCode: number | null): void
  /** Of each dataset of which it is certain before the listing ends that it cannot be read: why. */
  unreadable(): ReadonlyMap<string, UnreadSnapshots>
  /** That is certain of all of them. */
  readonly isHopeless: () => boolean
  /** Each dataset asked for, once it has ended with 0; null: it has not. An empty one has no snapshot. */
  datasets(): ReadonlyMap<string, ReadSnapshots> | null
}

const NEWLINE = 0x0a
/** Longer than any row by far. */
const LONGEST_ROW = 4096

/**
 * A row that cannot be read is a fault of its own dataset alone where it says whose it is; else of all of them, since it
 * it is not known whose is missing.
 */
export function createSnapshotReader(names: readonly string[], room: SnapshotRoom): SnapshotReader {
  const found = new Map<string, GrowingDataset>(names.map((name) => [name, emptyDataset()]))
  const faults = new Map<string, ListingFault>()
  const rows = new SnapshotRows(found, room)
  let rest: Buffer = Buffer.alloc(0)
  let line = 0
  let ofAll: ListingFault | null = null
  let exit: number | null = null

  function dropAll(): void {
    for (const dataset of found.values()) rows.drop(dataset)
    room.reopen()
  }

  function failed(text: string, reason: string): void {
    const [owner = ''] = text.split(/[@#]/, 1)
    const own = names.length === 1 ? names[0] : owner
    const dataset = found.get(own ?? '')
    const fault = listingFault(line, text, reason)
    if (dataset === undefined || own === undefined) {
      ofAll = fault
      dropAll()
      return
    }
    if (!faults.has(own)) faults.set(own, fault)
    rows.drop(dataset)
  }

  function unreadable(): ReadonlyMap<string, UnreadSnapshots> {
    return new Map(
      [...found].flatMap(([name, { full }]): [string, UnreadSnapshots][] => {
        const fault = ofAll ?? faults.get(name)
        if (fault !== undefined) return [[name, { fault }]]
        return full === null ? [] : [[name, { full }]]
      }),
    )
  }

  /** Whole lines; answers where what is left begins. */
  function readLines(bytes: Buffer): number {
    // Names are ASCII: a byte is a character, and whatever is none fails there.
    const text = bytes.toString('latin1')
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0 && ofAll === null; end = bytes.indexOf(NEWLINE, start)) {
      line += 1
      const reason = rows.read(text, start, end, bytes)
      if (reason !== null) failed(text.slice(start, end), reason)
      start = end + 1
    }
    return start
  }

  return {
    push(chunk) {
      if (ofAll !== null) return
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      // The line that began in the chunk before by itself, so that this one need not be copied.
      const first = rest.length === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
      if (first > 0) readLines(Buffer.concat([rest, bytes.subarray(0, first)]))
      const joined = rest.length > 0 && first === 0
      const left = joined ? Buffer.concat([rest, bytes]) : bytes.subarray(first)
      const read = ofAll === null ? readLines(left) : left.length
      // A copy: the beginning of a line must not keep all that came with it.
      rest = Buffer.from(left.subarray(read))
      if (rest.length <= LONGEST_ROW || ofAll !== null) return
      // Whose what follows is, is not known.
      ofAll = listingFault(line + 1, rest.toString('latin1', 0, LONGEST_ROW), 'The line is longer than any row can be.')
      dropAll()
    },
    end(exitCode) {
      exit = exitCode
      if (exitCode !== 0) return dropAll()
      if (rest.length === 0 || ofAll !== null) return
      ofAll = listingFault(line + 1, rest.toString('latin1'), CUT_OFF)
      dropAll()
    },
    unreadable,
    isHopeless: () => ofAll !== null || [...found].every(([name, { full }]) => full !== null || faults.has(name)),
    datasets() {
      if (exit !== 0) return null
      const not = unreadable()
      return new Map(
        [...found].map(([name, { snapshots, bookmarks, bytes }]): [string, ReadSnapshots] => {
          const why = not.get(name)
          if (why !== undefined) return [name, why]
          sortByTxg(snapshots)
          sortByTxg(bookmarks)
          return [name, { snapshots, bookmarks, bytes }]
        }),
      )
    },
  }
}

/** An answer that ended with 0: taken by its reader as it came, or whole where nothing was. */
interface Answered {
  readonly names: readonly string[]
  readonly output: string
  readonly reader?: object
}

export function snapshotsIn(
  { names, output, reader }: Answered,
  room: SnapshotRoom,
): ReadonlyMap<string, ReadSnapshots> {
  const read = reader !== undefined && isSnapshotReader(reader) ? reader.datasets() : null
  if (read !== null) return read
  const whole = createSnapshotReader(names, room)
  whole.push(Buffer.from(output))
  whole.end(0)
  return whole.datasets() ?? new Map()
}

function isSnapshotReader(reader: object): reader is SnapshotReader {
  return 'datasets' in reader
}
