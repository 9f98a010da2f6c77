import { SNAPSHOT_COLUMNS } from './columns.ts'
import { LAST_SECOND } from './dates.ts'
import { bigDecimalAt, decimalAt } from './decimal.ts'
import { isGuidAt } from './guid.ts'
import { NAME_LIMIT } from './names.ts'
import type { BookmarkEntry, SnapshotEntry } from './types.ts'

export interface GrowingDataset {
  readonly snapshots: SnapshotEntry[]
  readonly bookmarks: BookmarkEntry[]
}

const TAB = '\t'
const SNAPSHOT = 'snapshot\t'
const BOOKMARK = 'bookmark\t'
const LABEL = /^[A-Za-z0-9_.: -]+$/

/** Reads the rows of one listing. State only to be fast: the dataset of the row before, and each label once. */
export class SnapshotRows {
  readonly #text: string
  readonly #found: ReadonlyMap<string, GrowingDataset>
  readonly #labels = new Map<string, string>()
  #prefix = ''
  #dataset: GrowingDataset | undefined

  constructor(text: string, found: ReadonlyMap<string, GrowingDataset>) {
    this.#text = text
    this.#found = found
  }

  /** Adds the row from `start` to `end` to its dataset; answers null, or why it cannot. */
  read(start: number, end: number): string | null {
    const text = this.#text
    const typeAt = text.indexOf(TAB, start) + 1
    const guidAt = text.indexOf(TAB, typeAt) + 1
    const txgAt = text.indexOf(TAB, guidAt) + 1
    const creationAt = text.indexOf(TAB, txgAt) + 1
    const holdsAt = text.indexOf(TAB, creationAt) + 1
    const ordered = start < typeAt && typeAt < guidAt && guidAt < txgAt && txgAt < creationAt && creationAt < holdsAt
    if (!ordered || holdsAt > end)
      return `The line does not have the ${SNAPSHOT_COLUMNS.length} columns that were asked for.`

    const type = text.startsWith(SNAPSHOT, typeAt) ? 'snapshot' : text.startsWith(BOOKMARK, typeAt) ? 'bookmark' : null
    if (type === null) return `The type ${JSON.stringify(text.slice(typeAt, guidAt - 1))} was not asked for.`
    const mark = text.indexOf(type === 'snapshot' ? '@' : '#', start)
    if (mark < 0 || mark >= typeAt) return `A ${type} has no ${type === 'snapshot' ? '@' : '#'} in its name.`
    const dataset = this.#datasetAt(start, mark)
    if (dataset === undefined) return 'It belongs to a dataset that was not asked for.'
    const name = this.#label(text.slice(mark + 1, typeAt - 1))
    if (name === undefined || typeAt - 1 - start > NAME_LIMIT) return 'The part after @ or # is no name that ZFS takes.'

    const createtxg = bigDecimalAt(text, txgAt, creationAt - 1)
    const creation = decimalAt(text, creationAt, holdsAt - 1)
    if (!isGuidAt(text, guidAt, txgAt - 1)) return 'The column guid is no decimal number from 1 to 2^64 - 1.'
    if (createtxg === null) return 'The column createtxg is no whole number.'
    if (creation < 0) return 'The column creation is no whole number.'
    if (creation > LAST_SECOND) return 'The column creation is a date after the year 9999.'
    const guid = text.slice(guidAt, txgAt - 1)
    if (type === 'bookmark') {
      if (text.slice(holdsAt, end) !== '-') return 'The column userrefs of a bookmark is not "-".'
      dataset.bookmarks.push({ name, guid, createtxg, creation })
      return null
    }
    const holds = decimalAt(text, holdsAt, end)
    if (holds < 0) return 'The column userrefs is no whole number, or more columns follow it.'
    dataset.snapshots.push({ name, guid, createtxg, creation, holds })
    return null
  }

  #datasetAt(start: number, mark: number): GrowingDataset | undefined {
    if (mark - start === this.#prefix.length && this.#text.startsWith(this.#prefix, start)) return this.#dataset
    this.#prefix = this.#text.slice(start, mark)
    this.#dataset = this.#found.get(this.#prefix)
    return this.#dataset
  }

  #label(label: string): string | undefined {
    const kept = this.#labels.get(label)
    if (kept !== undefined) return kept
    if (!LABEL.test(label)) return undefined
    this.#labels.set(label, label)
    return label
  }
}
