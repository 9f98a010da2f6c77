import type { ConfigFault } from './effective.ts'

/** `app-config.yaml:12:9 pairs.0.primary: There is no host …` */
export function faultLine({ file, line, column, path, message }: ConfigFault): string {
  return `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}`
}

const WIDTH = 160

/** Two lines: the text of the fault's line and a caret below the column; empty where the file has no such line. */
export function faultExcerpt({ line, column }: ConfigFault, text: string): readonly string[] {
  const source = text.split(/\r\n|\n|\r/)[line - 1]
  if (source === undefined || source.trim() === '') return []
  // A long flow map is cut so that the caret stays in sight.
  const from = column > WIDTH - 20 ? column - 60 : 0
  const shown = plain(source.slice(from, from + WIDTH))
  const gutter = `${line} | `
  return [`${gutter}${shown}`, `${' '.repeat(gutter.length + Math.max(0, column - 1 - from))}^`]
}

/** All faults for a terminal, each with its excerpt, parted by empty lines. */
export function faultsText(faults: readonly ConfigFault[], text: string): string {
  return faults
    .map((fault) => [faultLine(fault), ...faultExcerpt(fault, text).map((row) => `  ${row}`)].join('\n'))
    .join('\n\n')
}

/** Control characters would move the caret, or the terminal's cursor. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
