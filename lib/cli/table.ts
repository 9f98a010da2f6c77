import { cutTo, paint, type Text, widthOf } from './text.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const GAP = '  '

/** Lines of a table. `width` cells at most (the last column is cut); Infinity where the output is no terminal. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly Text[])[], width: number): Text[] {
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ''))),
  )
  const header = columns.map(({ title }) => paint('dim', title))
  return [header, ...rows].map((row) => {
    const cells = row.flatMap((cell, index): Text[] => {
      const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)))
      const last = index === columns.length - 1
      const padded: Text[] = columns[index]?.align === 'right' ? [space, cell] : last ? [cell] : [cell, space]
      return index === 0 ? padded : [GAP, ...padded]
    })
    return Number.isFinite(width) ? cutTo(cells, width) : cells
  })
}
