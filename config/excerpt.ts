import type { ConfigFault } from './effective.ts'
import { faultLine } from './faults.ts'
import { hiddenRanges, MASK } from './redact.ts'

const WIDTH = 160

/** All faults for a terminal, each with its excerpt, parted by empty lines. */
export function faultsText(faults: readonly ConfigFault[], text: string): string {
  const hidden = hiddenRanges(text)
  return faults
    .map((fault) => [faultLine(fault), ...faultExcerpt(fault, text, hidden).map((row) => `  ${row}`)].join('\n'))
    .join('\n\n')
}

/**
 * Two lines: the text of the fault's line, without its secrets, and a caret below the column; empty where the file has no such
 * line. What a terminal shows ends up in tickets and in the logs of other programs.
 */
export function faultExcerpt(
  { line, column }: Pick<ConfigFault, 'line' | 'column'>,
  text: string,
  hidden: ReturnType<typeof hiddenRanges> = hiddenRanges(text),
): readonly string[] {
  const found = lineAt(text, line)
  if (found === null || found.source.trim() === '') return []
  const { source, offset } = found
  const { shown: whole, caret } =
    hidden === null ? keyOf(source, column) : masked(source, column, inLine(hidden, offset))
  // A long flow map is cut so that the caret stays in sight.
  const from = caret > WIDTH - 20 ? caret - 60 : 0
  const shown = plain(whole.slice(from, from + WIDTH))
  const gutter = `${line} | `
  return [`${gutter}${shown}`, `${' '.repeat(gutter.length + Math.max(0, caret - 1 - from))}^`]
}

function lineAt(text: string, line: number): { readonly source: string; readonly offset: number } | null {
  let offset = 0
  let number = 1
  for (const end of text.matchAll(/\r\n|\n|\r|$/g)) {
    if (number === line) return { source: text.slice(offset, end.index), offset }
    number++
    offset = end.index + end[0].length
  }
  return null
}

interface Shown {
  readonly shown: string
  /** Column of the caret, from 1. */
  readonly caret: number
}

type Ranges = NonNullable<ReturnType<typeof hiddenRanges>>

const inLine = (ranges: Ranges, offset: number): Ranges => ranges.map(([from, to]) => [from - offset, to - offset])

/** The line with a mask in each place of a secret; a caret within one stands below its beginning. */
function masked(source: string, column: number, ranges: Ranges): Shown {
  let shown = ''
  let caret = column
  let at = 0
  for (const [start, end] of ranges) {
    const [from, to] = [Math.max(start, at), Math.min(end, source.length)]
    if (to <= from) continue
    const mask = shown.length + from - at
    shown += source.slice(at, from) + MASK
    if (column - 1 >= to) caret += MASK.length - (to - from)
    else if (column - 1 >= from) caret = mask + 1
    at = to
  }
  return { shown: shown + source.slice(at), caret }
}

/** Of a text that is no YAML only the key that the line begins with: nobody can tell which of the rest is a secret. */
function keyOf(source: string, column: number): Shown {
  const [key = ''] = /^[\s-]*(?:[A-Za-z_][\w.-]{0,60}\s*:)?/.exec(source) ?? []
  const shown = key === source ? source : `${key}${key.endsWith(':') ? ' ' : ''}${MASK}`
  return { shown, caret: Math.min(column, shown.length) }
}

/** Control characters would move the caret, or the terminal's cursor. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
