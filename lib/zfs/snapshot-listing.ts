import { LAST_SECOND } from '#lib/text/words.ts'
import { CUT_OFF, type ListingFault, listingFault } from './cells.ts'
import { SNAPSHOT_COLUMNS } from './columns.ts'
import { isGuidAt, isUint64, NAME_LIMIT } from './names.ts'
import { type SnapshotLimits, type SnapshotRoom, unlimited } from './snapshot-limits.ts'
import type { BookmarkEntry, SnapshotEntry } from './types.ts'

/** Both lists by createtxg, ties in the order of the listing. */
export interface DatasetSnapshots {
  readonly snapshots: readonly SnapshotEntry[]
  readonly bookmarks: readonly BookmarkEntry[]
  /** What both take here, about. */
  readonly bytes: number
}

type SnapshotListing =
  | { readonly fault: null; readonly datasets: ReadonlyMap<string, DatasetSnapshots> }
  | { readonly fault: ListingFault }

/**
 * Reads the output of `listSnapshots(datasets)` **that ended with exit code 0**; every dataset asked for then has an
 * entry, an empty one where it has no snapshot. After any other exit code the listing says nothing about what it lacks.
 *
 * Cells are found by indexOf, nothing is split, labels (the same in a thousand datasets) are kept once. What may be long is
 * read as it comes, by `createSnapshotReader`.
 */
export function parseSnapshotListing(text: string, datasets: readonly string[]): SnapshotListing {
  const found = new Map<string, GrowingDataset>(datasets.map((name) => [name, emptyDataset()]))
  const rows = new SnapshotRows(found)
  for (let start = 0, line = 1; start < text.length; line++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return { fault: listingFault(line, text.slice(start), CUT_OFF) }
    const reason = rows.read(text, start, end)
    if (reason !== null) return { fault: listingFault(line, text.slice(start, end), reason) }
    start = end + 1
  }
  return {
    fault: null,
    datasets: new Map(
      [...found].map(([name, { snapshots, bookmarks, bytes }]) => {
        sortByTxg(snapshots)
        sortByTxg(bookmarks)
        return [name, { snapshots, bookmarks, bytes }]
      }),
    ),
  }
}

/** `zfs list` prints them in this order already, so the test for it is what costs. Array sort is stable. */
export function sortByTxg(entries: { readonly createtxg: bigint }[]): void {
  const sorted = entries.every(
    (entry, index) => index === 0 || (entries[index - 1]?.createtxg ?? 0n) <= entry.createtxg,
  )
  if (!sorted) entries.sort((a, b) => (a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0))
}

export interface GrowingDataset {
  readonly snapshots: SnapshotEntry[]
  readonly bookmarks: BookmarkEntry[]
  /** What they take, about. */
  bytes: number
  /** Its rows are dropped and no more are taken: it has more than this of its limits allows. */
  full: keyof SnapshotLimits | null
}

export const emptyDataset = (): GrowingDataset => ({ snapshots: [], bookmarks: [], bytes: 0, full: null })

const TAB = '\t'
const SNAPSHOT = 'snapshot\t'
const BOOKMARK = 'bookmark\t'
/** A name without its characters and a createtxg that no other row has, and such a createtxg alone, in bytes. */
const OWN_LABEL = 100
const OWN_TXG = 32
const LABEL = /^[A-Za-z0-9_.: -]+$/

/** Reads the rows of one listing. State only to be fast: the dataset of the row before, and the room's labels. */
export class SnapshotRows {
  readonly #found: ReadonlyMap<string, GrowingDataset>
  readonly #room: SnapshotRoom
  #prefix = ''
  #dataset: GrowingDataset | undefined

  constructor(found: ReadonlyMap<string, GrowingDataset>, room: SnapshotRoom = unlimited()) {
    this.#found = found
    this.#room = room
  }

  /**
   * Adds the row of `text` from `start` to `end` to its dataset; answers null, or why it cannot. `bytes`: the same text in
   * latin1; what is kept is then a copy and does not hold on to the whole text, as a part of a string does.
   */
  read(text: string, start: number, end: number, bytes: Buffer | null = null): string | null {
    const typeAt = text.indexOf(TAB, start) + 1
    const guidAt = text.indexOf(TAB, typeAt) + 1
    const txgAt = text.indexOf(TAB, guidAt) + 1
    const creationAt = text.indexOf(TAB, txgAt) + 1
    const holdsAt = text.indexOf(TAB, creationAt) + 1
    const ordered = start < typeAt && typeAt < guidAt && guidAt < txgAt && txgAt < creationAt && creationAt < holdsAt
    if (!ordered || holdsAt > end)
      return `The line does not have the ${SNAPSHOT_COLUMNS.length} columns that were asked for.`

    const type = text.startsWith(SNAPSHOT, typeAt) ? 'snapshot' : text.startsWith(BOOKMARK, typeAt) ? 'bookmark' : null
    if (type === null) return `The type ${shown(text.slice(typeAt, guidAt - 1))} was not asked for.`
    const mark = text.indexOf(type === 'snapshot' ? '@' : '#', start)
    if (mark < 0 || mark >= typeAt) return `A ${type} has no ${type === 'snapshot' ? '@' : '#'} in its name.`
    const dataset = this.#datasetAt(text, start, mark)
    if (dataset === undefined) return 'It belongs to a dataset that was not asked for.'
    if (dataset.full !== null) {
      this.#room.skip(end - start)
      return null
    }
    const known = this.#room.labels.at(text, mark + 1, typeAt - 1)
    const name = known?.name ?? part(text, mark + 1, typeAt - 1, bytes)
    const tooLong = typeAt - 1 - start > NAME_LIMIT
    if (tooLong || (known === undefined && !LABEL.test(name))) return 'The part after @ or # is no name that ZFS takes.'

    const createtxg = bigDecimalAt(text, txgAt, creationAt - 1, known?.txg)
    const creation = decimalAt(text, creationAt, holdsAt - 1)
    if (!isGuidAt(text, guidAt, txgAt - 1)) return 'The column guid is no decimal number from 1 to 2^64 - 1.'
    if (createtxg === null) return 'The column createtxg is no whole number.'
    if (creation < 0) return 'The column creation is no whole number.'
    if (creation > LAST_SECOND) return 'The column creation is a date after the year 9999.'
    const guid = part(text, guidAt, txgAt - 1, bytes)
    if (type === 'bookmark') {
      if (end - holdsAt !== 1 || !text.startsWith('-', holdsAt)) return 'The column userrefs of a bookmark is not "-".'
      dataset.bookmarks.push({ name, guid, createtxg, creation })
    } else {
      const holds = decimalAt(text, holdsAt, end)
      if (holds < 0) return 'The column userrefs is no whole number, or more columns follow it.'
      dataset.snapshots.push({ name, guid, createtxg, creation, holds: Math.min(holds, Number.MAX_SAFE_INTEGER) })
    }
    const own = known === undefined ? OWN_LABEL + name.length : known.txg === createtxg ? 0 : OWN_TXG
    if (known === undefined) this.#room.labels.add(name, createtxg)
    else known.txg = createtxg
    dataset.full = this.#room.take(dataset, own)
    if (dataset.full !== null) this.drop(dataset)
    return null
  }

  /** Lets go of the rows of a dataset that come to nothing. */
  drop(dataset: GrowingDataset): void {
    this.#room.giveBack(dataset)
    dataset.snapshots.length = 0
    dataset.bookmarks.length = 0
  }

  #datasetAt(text: string, start: number, mark: number): GrowingDataset | undefined {
    if (mark - start === this.#prefix.length && text.startsWith(this.#prefix, start)) return this.#dataset
    this.#prefix = text.slice(start, mark)
    this.#dataset = this.#found.get(this.#prefix)
    return this.#dataset
  }
}

function part(text: string, start: number, end: number, bytes: Buffer | null): string {
  return bytes === null ? text.slice(start, end) : bytes.toString('latin1', start, end)
}

/** A cell of any length, in a sentence. */
function shown(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 39)}…` : cell)
}

const ZERO = 48
const NINE = 57
/** Up to this many digits a number is exact and below 2^64 without asking. */
const EXACT_DIGITS = 15

/**
 * The plain decimal in `text` from `start` to `end` without making a string of it, or -1 if it is none or above
 * 2^64 - 1. Exact up to 15 digits, rounded above.
 */
export function decimalAt(text: string, start: number, end: number): number {
  const digits = end - start
  if (digits > EXACT_DIGITS) return isUint64(text.slice(start, end)) ? Number(text.slice(start, end)) : -1
  if (digits < 1 || (digits > 1 && text.charCodeAt(start) === ZERO)) return -1
  let value = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) return -1
    value = value * 10 + (code - ZERO)
  }
  return value
}

/** The same as a bigint, exact; null in place of -1. Where it is `known`, that one, so that no other is made. */
export function bigDecimalAt(text: string, start: number, end: number, known: bigint | null = null): bigint | null {
  const value = decimalAt(text, start, end)
  if (value < 0) return null
  if (known !== null && end - start <= EXACT_DIGITS && Number(known) === value) return known
  return end - start <= EXACT_DIGITS ? BigInt(value) : BigInt(text.slice(start, end))
}
