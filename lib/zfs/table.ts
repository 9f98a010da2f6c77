import type { Columns } from './columns.ts'
import { linesOf } from './lines.ts'
import { CUT_OFF, type ListingFault, listingFault } from './listing-fault.ts'

export type Table<Row> = { readonly fault: null; readonly rows: readonly Row[] } | { readonly fault: ListingFault }

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
