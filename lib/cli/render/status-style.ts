import { paint, type Style, type Text } from '../text.ts'

const STYLES: Readonly<Record<string, Style>> = {
  HEALTHY: 'green',
  WARNING: 'yellow',
  BROKEN: 'red',
  REPAIRING: 'blue',
  UNKNOWN: 'dim',
  SUCCEEDED: 'green',
  NO_CHANGE: 'green',
  SUCCEEDED_WITH_WARNINGS: 'yellow',
  BLOCKED: 'yellow',
  CANCELLED: 'yellow',
  INTERRUPTED: 'yellow',
  FAILED: 'red',
  RUNNING: 'blue',
  QUEUED: 'dim',
}

/** Never by colour alone: the sign says it too. */
const SIGNS: Readonly<Record<string, string>> = {
  HEALTHY: '✓',
  WARNING: '▲',
  BROKEN: '✗',
  REPAIRING: '↻',
  UNKNOWN: '?',
}

/** A status or state word of the API in its colour; a word of a newer service stays plain. */
export function statusWord(word: string): Text {
  const style = STYLES[word]
  return style === undefined ? word : paint(style, word)
}

export function statusSign(word: string): Text {
  const sign = SIGNS[word] ?? '·'
  const style = STYLES[word]
  return style === undefined ? sign : paint(style, sign)
}
