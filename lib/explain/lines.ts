import { cleanLine } from '#lib/zfs/clean.ts'
import { shellWord } from '#lib/zfs/shell-word.ts'

export const WIDTH = 80

/** Text of whatever origin as lines of at most 80 characters (a longer word stays whole), each behind `indent`. */
export function wrapped(text: string, indent = '  ', hanging = indent): readonly string[] {
  const lines: string[] = []
  let line = indent
  let empty = true
  for (const word of cleanLine(text)
    .split(' ')
    .filter((each) => each !== '')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = hanging
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return empty && lines.length > 0 ? lines : [...lines, line.trimEnd()]
}

/** A command that can be pasted: where it is too long, a backslash ends the line between two words. */
export function commandLines(argv: readonly string[], indent: string): readonly string[] {
  const lines: string[] = []
  let line = indent
  let empty = true
  for (const word of argv.map((each) => shellWord(cleanLine(each)))) {
    if (!empty && line.length + 3 + word.length > WIDTH) {
      lines.push(`${line} \\`)
      line = `${indent}  `
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}

/** `name      value`, the value wrapped below itself. */
export function field(name: string, value: string, indent = '  '): readonly string[] {
  const head = `${indent}${name.padEnd(16)} `
  return wrapped(value, head, ' '.repeat(head.length))
}

export function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

/** `2 d 13 h`, `45 min`, `12 s`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ]
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
  if (whole >= 3600) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  return minutes > 0 ? `${minutes} min` : `${whole} s`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

export function bytes(amount: number | string | null): string {
  if (amount === null) return 'unknown'
  let value = Number(amount)
  let unit = 0
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value.toFixed(unit === 0 || value >= 9.95 ? 0 : 1)} ${UNITS[unit]}`
}
