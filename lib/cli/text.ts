import { cleanLine } from '#lib/text/clean.ts'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue'

export interface Span {
  readonly text: string
  readonly style: Style
}

/**
 * What is written to a terminal. Colour is an attribute, never part of the characters: every string can then be cleaned
 * of control characters on its way out, whoever made it, and only `rendered` writes an escape sequence.
 */
export type Text = string | Span | readonly Text[]

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 36 }
const ESC = String.fromCharCode(27)
/** Longer than any honest line; what a SAN says was cut long before. */
const LIMIT = 1024 * 1024

export function paint(style: Style, text: string): Span {
  return { style, text }
}

/** One line, safe for a terminal: names and messages from a SAN may hold anything. */
export function rendered(text: Text, colour: boolean): string {
  if (typeof text === 'string') return cleanLine(text, LIMIT)
  if ('style' in text) {
    const plain = cleanLine(text.text, LIMIT)
    return colour && plain !== '' ? `${ESC}[${CODES[text.style]}m${plain}${ESC}[0m` : plain
  }
  return text.map((part) => rendered(part, colour)).join('')
}

/** Cells of a terminal that it takes. */
function widthOf(text: Text): number {
  return Bun.stringWidth(rendered(text, false))
}

/** Cut to that many cells, with an ellipsis where something is lost. */
export function cutTo(text: Text, cells: number): Text {
  if (widthOf(text) <= cells) return text
  let left = Math.max(0, cells - 1)
  const parts: Text[] = []
  for (const span of flat(text)) {
    if (left <= 0) break
    const plain = [...rendered(typeof span === 'string' ? span : span.text, false)]
    let kept = ''
    for (const character of plain) {
      const width = Bun.stringWidth(character)
      if (width > left) break
      left -= width
      kept += character
    }
    parts.push(typeof span === 'string' ? kept : paint(span.style, kept))
    if (kept.length < plain.join('').length) break
  }
  return [...parts, '…']
}

function flat(text: Text): readonly (string | Span)[] {
  return typeof text === 'string' || 'style' in text ? [text] : text.flatMap(flat)
}

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
