import * as cells from './cells.ts'
import { CUT_OFF, type ListingFault, linesOf, listingFault } from './cells.ts'
import { isDatasetName } from './names.ts'
import type { DatasetFacts, PoolFacts } from './types.ts'

/** One column: what `-o` asks for and how its cell is read, so that the command and the parser cannot drift apart. */
interface Column<Row, Key extends keyof Row = keyof Row> {
  readonly key: Key
  /** The property's name in `-o`. */
  readonly property: string
  readonly read: cells.Cell<Row[Key]>
}

type AnyColumn<Row> = { [Key in keyof Row]-?: Column<Row, Key> }[keyof Row]
export type Columns<Row> = readonly AnyColumn<Row>[]

const nameCell: cells.Cell<string> = (text) => (isDatasetName(text) ? text : undefined)
const namedDataset: cells.Cell<string | null> = cells.orNull(nameCell)

function bytesOrNone(text: string): number | undefined {
  return text === '-' ? 0 : cells.numberCell(text)
}

/** No user property may ever stand here: its value can hold tabs and newlines and so forge rows. */
export const DATASET_COLUMNS: Columns<DatasetFacts> = [
  { key: 'name', property: 'name', read: nameCell },
  { key: 'type', property: 'type', read: cells.typeCell },
  { key: 'guid', property: 'guid', read: cells.guidCell },
  { key: 'createtxg', property: 'createtxg', read: cells.txgCell },
  { key: 'creation', property: 'creation', read: cells.dateCell },
  { key: 'origin', property: 'origin', read: cells.originCell },
  { key: 'snapshotsChanged', property: 'snapshots_changed', read: cells.orNull(cells.dateCell) },
  { key: 'receiveResumeToken', property: 'receive_resume_token', read: cells.tokenCell },
  { key: 'written', property: 'written', read: cells.numberCell },
  { key: 'used', property: 'used', read: cells.numberCell },
  { key: 'referenced', property: 'referenced', read: cells.numberCell },
  { key: 'available', property: 'available', read: cells.numberCell },
  { key: 'readonly', property: 'readonly', read: cells.switchCell },
  { key: 'mounted', property: 'mounted', read: cells.mountedCell },
  { key: 'encryption', property: 'encryption', read: cells.encryptionCell },
  { key: 'encryptionRoot', property: 'encryptionroot', read: namedDataset },
  { key: 'keyStatus', property: 'keystatus', read: cells.keyStatusCell },
]

/** For hosts before OpenZFS 2.2, which refuse `snapshots_changed` (exit code 2, fault `bad-property`). */
export const DATASET_COLUMNS_BEFORE_2_2: Columns<DatasetFacts> = DATASET_COLUMNS.filter(
  (column) => column.key !== 'snapshotsChanged',
)

/** A pool that is UNAVAIL or FAULTED answers `-` in every column but these first two; its health says the rest. */
export const POOL_COLUMNS: Columns<PoolFacts> = [
  { key: 'name', property: 'name', read: nameCell },
  { key: 'health', property: 'health', read: (text) => (/^[A-Z]{1,32}$/.test(text) ? text : undefined) },
  { key: 'readonly', property: 'readonly', read: (text) => (text === '-' ? false : cells.switchCell(text)) },
  { key: 'sizeBytes', property: 'size', read: bytesOrNone },
  { key: 'freeBytes', property: 'free', read: bytesOrNone },
]

/** In this order; `snapshot-listing.ts` reads them by position, because a million rows pass through it. */
export const SNAPSHOT_COLUMNS = ['name', 'type', 'guid', 'createtxg', 'creation', 'userrefs'] as const

/** The value of `-o`. */
export function columnList(columns: readonly { readonly property: string }[]): string {
  return columns.map((column) => column.property).join(',')
}

type Table<Row> = { readonly fault: null; readonly rows: readonly Row[] } | { readonly fault: ListingFault }

/** No host has so many datasets. */
export const MOST_ROWS = 20_000

/**
 * Reads what `zfs list -Hp` or `zpool list -Hp` printed, split on tab and newline only: a name may begin or end with a
 * space. Columns that were not asked for become null. `check` gives a reason why a well-formed row is still not wanted.
 */
export function parseTable<Row extends { readonly name: string }>(
  text: string,
  columns: Columns<Row>,
  empty: Partial<Row>,
  check: (row: Row) => string | null,
): Table<Row> {
  if (text === '') return { fault: null, rows: [] }
  if (!text.endsWith('\n'))
    return { fault: listingFault(countOf(text), text.slice(text.lastIndexOf('\n') + 1), CUT_OFF) }
  const rows: Row[] = []
  const names = new Set<string>()
  let number = 0
  for (const line of linesOf(text)) {
    number += 1
    if (number > MOST_ROWS) return { fault: listingFault(number, line, TOO_MANY_ROWS) }
    const row = readRow(line, columns, empty)
    if (typeof row === 'string') return { fault: listingFault(number, line, row) }
    const reason = names.has(row.name) ? `${JSON.stringify(row.name)} is listed twice.` : check(row)
    if (reason !== null) return { fault: listingFault(number, line, reason) }
    names.add(row.name)
    rows.push(row)
  }
  return { fault: null, rows }
}

export const TOO_MANY_ROWS = `The listing has more than ${MOST_ROWS} rows, which no listing of datasets has.`

function countOf(text: string): number {
  let count = 0
  for (const _ of linesOf(text)) count += 1
  return count
}

function readRow<Row>(line: string, columns: Columns<Row>, empty: Partial<Row>): Row | string {
  const parts = line.split('\t', columns.length + 1)
  if (parts.length !== columns.length) return `The line has ${parts.length} columns, ${columns.length} were asked for.`
  const row: Partial<Row> = { ...empty }
  for (const [index, column] of columns.entries()) {
    const value = column.read(parts[index] ?? '')
    if (value === undefined) return `The column ${column.property} cannot hold that.`
    row[column.key] = value
  }
  // Every key is there: `columns` and `empty` together name them all.
  return row as Row
}
