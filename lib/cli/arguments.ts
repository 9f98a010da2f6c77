import { didYouMean } from '#config/faults.ts'
import { UsageError } from './failure.ts'

/**
 * What a shell proposes at Tab: fixed words (`list`: several of them, with commas between), paths, or names that the
 * service knows.
 */
export type Proposals = readonly string[] | { readonly list: readonly string[] } | 'file' | 'directory' | Names

export type Names =
  | 'dataset'
  | 'host'
  | 'host or dataset'
  | 'pair'
  | 'run'
  | 'maintenance'
  | 'incident'
  | 'channel'
  | 'function'
  | 'user'
  | 'token'

export interface OptionSpec {
  /** Without the dashes. The same name means the same for every command. */
  readonly name: string
  readonly short?: string
  /** Placeholder of its value (`N`, `TEXT`); absent: a switch. */
  readonly value?: string
  /** For its value; absent where only the one who types knows it. */
  readonly proposes?: Proposals
  /** May be given more than once. */
  readonly repeat?: boolean
  readonly summary: string
}

/** What was typed. Asking for an option that the command did not declare is a mistake of the command, and throws. */
export interface Arguments {
  readonly operands: readonly string[]
  flag(name: string): boolean
  /** The last value that was given. */
  text(name: string): string | null
  all(name: string): readonly string[]
}

export interface Typed {
  readonly words: readonly string[]
  /** Values by option name, in order; a switch has ''. */
  readonly options: ReadonlyMap<string, readonly string[]>
}

/**
 * Splits a command line into words and options, which may be anywhere: `--name value`, `--name=value`, `-n value`,
 * `-abc` for switches, `--` ends the options.
 * @throws UsageError
 */
export function splitArguments(argv: readonly string[], specs: readonly OptionSpec[]): Typed {
  const words: string[] = []
  const options = new Map<string, string[]>()
  const queue = [...argv]
  const take = (spec: OptionSpec, typed: string, attached: string | null): void => {
    const value = spec.value === undefined ? switchValue(typed, attached) : (attached ?? valueFrom(queue, typed, spec))
    options.set(spec.name, [...(options.get(spec.name) ?? []), value])
  }
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') words.push(...queue.splice(0))
    else if (word.startsWith('--')) {
      const [, name = '', value = null] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
      take(longOption(name, specs), `--${name}`, value)
    } else if (word.startsWith('-') && word !== '-') {
      for (let rest = word.slice(1); rest !== ''; ) {
        const letter = rest.slice(0, 1)
        const spec = specs.find(({ short }) => short === letter)
        if (spec === undefined) throw new UsageError(`There is no option -${letter}.`)
        rest = rest.slice(1)
        const attached = spec.value !== undefined && rest !== '' ? rest.replace(/^=/, '') : null
        take(spec, `-${letter}`, attached)
        if (attached !== null) break
      }
    } else words.push(word)
  }
  for (const spec of specs) {
    if (!spec.repeat && spec.value !== undefined && (options.get(spec.name)?.length ?? 0) > 1)
      throw new UsageError(`--${spec.name} is given more than once.`)
  }
  return { words, options }
}

/** What a command sees: only the options that it declared. */
export function argumentsFor(
  operands: readonly string[],
  options: Typed['options'],
  declared: readonly OptionSpec[],
): Arguments {
  const values = (name: string): readonly string[] => {
    if (!declared.some((spec) => spec.name === name)) throw new Error(`The option --${name} is not declared.`)
    return options.get(name) ?? []
  }
  return {
    operands,
    flag: (name) => values(name).length > 0,
    text: (name) => values(name).at(-1) ?? null,
    all: values,
  }
}

/** @throws UsageError naming the option */
export function wholeNumber(option: string, text: string, least = 1): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text)
  throw new UsageError(`${option} ${text}: write a whole number from ${least} on.`)
}

function longOption(name: string, specs: readonly OptionSpec[]): OptionSpec {
  const found = specs.find((spec) => spec.name === name)
  if (found !== undefined) return found
  const names = specs.map((spec) => spec.name)
  throw new UsageError(`There is no option --${name}.${didYouMean(name, names).replace(/mean (\S+)\?/, 'mean --$1?')}`)
}

function switchValue(typed: string, attached: string | null): string {
  if (attached !== null) throw new UsageError(`${typed} takes no value; leave =${attached} out.`)
  return ''
}

function valueFrom(queue: string[], typed: string, spec: OptionSpec): string {
  const next = queue[0]
  // `--reason --wait` is a forgotten value far more often than a reason that begins with a dash.
  if (next === undefined || (next.startsWith('-') && next !== '-'))
    throw new UsageError(`${typed} needs a value: ${typed} ${spec.value ?? ''}`.trim())
  queue.shift()
  return next
}

/** `broken,warning` → the words of the API; null where the option was not given. */
export function upperWords(text: string | null): readonly string[] | null {
  if (text === null) return null
  return text
    .split(',')
    .map((word) => word.trim().toUpperCase().replaceAll('-', '_'))
    .filter((word) => word !== '')
}

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/**
 * `90s`, `30m`, `4h`, `2d`, `1w`, `1d12h`, or a plain number of seconds → seconds.
 * @throws UsageError naming the option
 */
export function parseDuration(option: string, text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  const whole = parts.map(([part]) => part).join('') === text
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : whole
      ? parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS_PER_UNIT[unit ?? ''] ?? 0), 0)
      : 0
  if (seconds > 0 && seconds <= 10 * 366 * 86_400) return seconds
  throw new UsageError(`${option} ${text}: write a length of time, for example 30s, 15m, 4h, 2d or 1d12h.`)
}
