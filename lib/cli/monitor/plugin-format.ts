/*
 * For tests: what a check plugin may write, as the Monitoring Plugins' guidelines define it, and nothing else. Whatever
 * Nagios would read differently from what was meant is refused.
 */

interface Figure {
  readonly label: string
  /** Null: `U`, it could not be found out. */
  readonly value: number | null
  readonly unit: string
  readonly warn: string
  readonly critical: string
}

interface PluginOutput {
  readonly service: string
  readonly state: 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN'
  readonly text: string
  readonly further: readonly string[]
  readonly figures: readonly Figure[]
}

const STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const
/** Nagios 3 reads no more. */
const MOST_BYTES = 4096
const NUMBER = String.raw`-?\d+(?:\.\d+)?`
const RANGE = new RegExp(`^(?:@?(?:(?:${NUMBER}|~):)?(?:${NUMBER})?)$`)
const FIGURE = new RegExp(
  String.raw`^(?:'([^'=|]+)'|([^'=|\s]+))=(?:(U)|(${NUMBER})(s|ms|us|%|B|KB|MB|GB|TB|c)?)(?:;([^;]*))?(?:;([^;]*))?(?:;([^;]*))?(?:;([^;]*))?$`,
)

/** @throws where it is not what the guidelines say, or its first line and the exit code do not agree */
export function readPlugin(stdout: string, exit: number): PluginOutput {
  if (!stdout.endsWith('\n')) throw new Error('The last line has no end.')
  if (new TextEncoder().encode(stdout).length > MOST_BYTES) throw new Error('It is longer than is read.')
  if (/[^\P{C}\n]/u.test(stdout)) throw new Error('It holds a character that no terminal should see.')
  const [first = '', ...further] = stdout.slice(0, -1).split('\n')
  const [said = '', data, ...more] = first.split('|')
  if (more.length > 0) throw new Error(`There are two bars in the first line: ${first}`)
  const bar = further.find((line) => line.includes('|'))
  if (bar !== undefined) throw new Error(`Nagios takes what follows the bar for figures: ${bar}`)
  const [, service = '', word = '', text = ''] = /^([A-Z]+) ([A-Z]+) - (.+?) ?$/.exec(said) ?? []
  const state = STATES.find((each) => each === word)
  if (state === undefined) throw new Error(`No state stands in the first line: ${first}`)
  if (STATES.indexOf(state) !== exit) throw new Error(`It says ${state} and ends with ${exit}.`)
  const figures = data === undefined ? [] : data.trim().split(' ').map(readFigure)
  const labels = figures.map(({ label }) => label)
  if (new Set(labels).size !== labels.length) throw new Error(`A figure is there twice: ${labels}`)
  return { service, state, text, further, figures }
}

function readFigure(word: string): Figure {
  const found = FIGURE.exec(word)
  if (found === null) throw new Error(`No figure: ${word}`)
  const [, quoted, bare, unknown, value, unit = '', warn = '', critical = '', least = '', most = ''] = found
  for (const range of [warn, critical]) if (!RANGE.test(range)) throw new Error(`No range: ${range} in ${word}`)
  for (const bound of [least, most])
    if (bound !== '' && !new RegExp(`^${NUMBER}$`).test(bound)) throw new Error(`No number: ${bound} in ${word}`)
  return {
    label: quoted ?? bare ?? '',
    value: unknown === undefined ? Number(value) : null,
    unit,
    warn,
    critical,
  }
}

/** A line of a checkmk local check. */
const LOCAL = /^([0-3P]) "([^"\\]+)" (-|[\w.]+=[\d.]+(?:;[\d.]*){0,4}(?:\|[\w.]+=[\d.]+(?:;[\d.]*){0,4})*) (\S.*)$/

/** @throws for a line that checkmk's agent would not take */
export function readLocal(stdout: string): readonly { state: number; service: string; data: string; text: string }[] {
  if (!stdout.endsWith('\n')) throw new Error('The last line has no end.')
  const lines = stdout.slice(0, -1).split('\n')
  const services = lines.map((line) => {
    const [, state = '', service = '', data = '', text = ''] = LOCAL.exec(line) ?? []
    if (state === '') throw new Error(`No local check: ${line}`)
    return { state: Number(state), service, data, text }
  })
  if (new Set(services.map(({ service }) => service)).size !== services.length)
    throw new Error('Two services of one name.')
  return services
}
