interface Column {
  readonly header: string
  readonly right: boolean
}

/** A table for people: columns as wide as their longest cell, two blanks between them. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, at) =>
    Math.max(column.header.length, ...rows.map((row) => (row[at] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0
        if (columns[at]?.right) return cell.padStart(width)
        return at === cells.length - 1 ? cell : cell.padEnd(width)
      })
      .join('  ')
  return [line(columns.map((column) => column.header)), ...rows.map(line)]
}
