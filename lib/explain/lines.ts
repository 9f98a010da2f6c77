import { cleanLine } from '#lib/text/clean.ts'
import { shellWord } from '#lib/text/shell.ts'

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
