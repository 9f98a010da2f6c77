import { Failure } from './fail.ts'

export interface Parsed {
  readonly flags: ReadonlySet<string>
  /** Options with a value, in the order given. */
  readonly values: readonly (readonly [string, string])[]
  readonly operands: readonly string[]
}

/**
 * Parses like getopt: `spec` names the letters, a colon after one that takes a value; `long` maps long names to letters.
 * `--` ends the options; they may stand after operands too, as with GNU getopt.
 */
export function parseOptions(
  args: readonly string[],
  spec: string,
  usage: string,
  long: Record<string, string> = {},
): Parsed {
  const flags = new Set<string>()
  const values: [string, string][] = []
  const operands: string[] = []
  let index = 0
  const take = (letter: string, rest: string) => {
    const value = rest !== '' ? rest : args[++index]
    if (value === undefined) throw new Failure(`missing argument for '${letter}' option\n${usage}`, 2)
    values.push([letter, value])
  }
  for (; index < args.length; index++) {
    const word = args[index] ?? ''
    if (word === '--') {
      index++
      break
    }
    if (word.startsWith('--')) {
      const letter = long[word.slice(2)]
      if (!letter) throw new Failure(`invalid option '${word}'\n${usage}`, 2)
      if (spec.includes(`${letter}:`)) take(letter, '')
      else flags.add(letter)
      continue
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? ''
      if (letter === ':' || !spec.includes(letter)) throw new Failure(`invalid option '${letter}'\n${usage}`, 2)
      if (spec.includes(`${letter}:`)) {
        take(letter, word.slice(at + 1))
        break
      }
      flags.add(letter)
    }
  }
  return { flags, values, operands: [...operands, ...args.slice(index)] }
}

/** The last value given for the letter. */
export const lastValue = (parsed: Parsed, letter: string): string | undefined =>
  parsed.values.findLast(([name]) => name === letter)?.[1]

/** Every value given for the letter. */
export const allValues = (parsed: Parsed, letter: string): string[] =>
  parsed.values.filter(([name]) => name === letter).map(([, value]) => value)
