import { cleanLine } from '#lib/text/clean.ts'
import { durationText } from '#lib/text/words.ts'
import { type Finding, type Measured, type State, worstOf } from './findings.ts'
import { rangeText } from './range.ts'

// The two forms of output. Names come from SANs: nothing in one can end a line, begin the performance data or look like
// another service.

export const CODES: Readonly<Record<State, number>> = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 }

/** Nagios reads four kilobytes at least; the first line and its figures are some hundred bytes. */
const LINES = 25
const LINES_BYTES = 3000
const LONGEST = 200
const TITLE = 'REPLICATION'

export interface Asked {
  /** `state`, `count`, `newest`, `oldest` or `alive`. */
  readonly check: string
  /** What is counted. */
  readonly noun: 'dataset' | 'SAN'
}

/** A line that says how it is, one more for each further problem, and figures behind the bar. */
export function nagiosOutput(findings: readonly Finding[], asked: Asked): string {
  const worst = worstOf(findings.map(({ state }) => state))
  const problems = findings
    .filter(({ seen }) => seen !== 'OK')
    .toSorted((a, b) => CODE_ORDER[a.state] - CODE_ORDER[b.state] || (b.measured.value ?? 0) - (a.measured.value ?? 0))
  const lines = asManyAsFit(problems.map(({ id, state, text }) => safe(`${id} ${state}: ${text}`)))
  const more = problems.length > lines.length ? [`and ${problems.length - lines.length} more`] : []
  const [only] = findings
  // One alone is told at once; its line need not be told again.
  const isAlone = findings.length === 1 && only !== undefined
  const head = isAlone ? `${only.id}: ${only.text}` : headline(findings, problems, asked)
  const rest = isAlone ? [] : [...lines, ...more]
  return [`${TITLE} ${worst} - ${safe(head)} | ${figures(findings, asked)}`, ...rest]
    .map((line) => `${line}\n`)
    .join('')
}

function asManyAsFit(lines: readonly string[]): readonly string[] {
  let bytes = 0
  const end = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line) + 1
    return bytes > LINES_BYTES
  })
  return lines.slice(0, Math.min(LINES, end < 0 ? lines.length : end))
}

/** It could not be found out. */
export function nagiosUnknown(message: string): string {
  return `${TITLE} UNKNOWN - ${safe(message)}\n`
}

const CODE_ORDER: Readonly<Record<State, number>> = { CRITICAL: 0, UNKNOWN: 1, WARNING: 2, OK: 3 }

function headline(findings: readonly Finding[], problems: readonly Finding[], { noun }: Asked): string {
  const words: readonly (readonly [State, string])[] = [
    ['CRITICAL', 'critical'],
    ['UNKNOWN', 'unknown'],
    ['WARNING', 'warning'],
    ['OK', 'ok'],
  ]
  const counts = words
    .map(([state, word]) => ({ word, count: findings.filter((each) => each.state === state).length }))
    .filter(({ word, count }) => count > 0 || word === 'ok')
    .map(({ word, count }) => `${count} ${word}`)
  const [worst] = problems
  const of = `${counts.join(', ')} of ${findings.length} ${noun}${findings.length === 1 ? '' : 's'}`
  return worst === undefined || worst.state === 'OK' ? of : `${of} (worst ${worst.id}${howMuch(worst.measured)})`
}

function howMuch({ label, value, unit }: Measured): string {
  if (value === null) return ''
  const shown = unit === 's' ? durationText(value) : String(value)
  return label === 'up' ? '' : `: ${label === 'delay' ? `${shown} behind` : `${label} ${shown}`}`
}

/** Counts, and the figure of the worst one: as many as there are datasets would be more than is read. */
function figures(findings: readonly Finding[], { check, noun }: Asked): string {
  const all = findings.length
  const of = (state: State) => findings.filter((each) => each.state === state).length
  const silenced = findings.filter(({ state, seen }) => state !== seen).length
  const counts = [
    `critical=${of('CRITICAL')};;0;0;${all}`,
    `unknown=${of('UNKNOWN')};;;0;${all}`,
    `warning=${of('WARNING')};0;;0;${all}`,
    `silenced=${silenced};;;0;${all}`,
    `${noun === 'SAN' ? 'hosts' : 'datasets'}=${all};;;0`,
  ]
  const measured = check === 'alive' ? null : extreme(findings.map((each) => each.measured))
  return [...(measured === null ? [] : [figure(measured)]), ...counts].join(' ')
}

function figure({ label, value, unit, warn, critical }: Measured): string {
  return `${label}=${value ?? 'U'}${value === null ? '' : unit};${rangeText(warn)};${rangeText(critical)};0`
}

/** The longest delay and the oldest newest one; of what should be many or old, the least. */
function extreme(all: readonly Measured[]): Measured | null {
  const known = all.filter(({ value }) => value !== null)
  const least = all[0]?.label === 'snapshots' || all[0]?.label === 'oldest'
  const by = (one: Measured, other: Measured): number => ((one.value ?? 0) - (other.value ?? 0)) * (least ? 1 : -1)
  return known.toSorted(by)[0] ?? all[0] ?? null
}

/** One service for each, as checkmk's agent takes them from a local check, and one for the witness itself. */
export function checkmkOutput(findings: readonly Finding[], asked: Asked): string {
  const prefix = asked.check === 'state' ? 'Replication' : `Replication ${asked.check}`
  const own = findings.map(({ id, state, text, measured }) => {
    const { label, value, warn, critical } = measured
    const data = value === null ? '-' : `${label}=${value};${upper(warn)};${upper(critical)};0`
    return `${CODES[state]} "${prefix} ${serviceName(id)}" ${data} ${safe(text)}\n`
  })
  const noun = asked.noun === 'SAN' ? 'SANs' : 'datasets'
  return `0 "${prefix}" ${asked.noun === 'SAN' ? 'hosts' : 'datasets'}=${findings.length} The witness answers for ${findings.length} ${noun}.\n${own.join('')}`
}

/** Only the service of the witness itself: those of the datasets go stale in checkmk. */
export function checkmkUnknown(message: string): string {
  return `3 "Replication" - ${safe(message)}\n`
}

/** checkmk knows upper levels only, and no range; what should be at least so much it is told in the text. */
function upper(range: Measured['warn']): string {
  return range === null || range.least > 0 || !Number.isFinite(range.most) ? '' : String(range.most)
}

const serviceName = (id: string): string => safe(id).replaceAll(/[^\p{L}\p{N} ._~:+/@-]/gu, '_')

/** One line without a bar: that is where the performance data begins. */
function safe(text: string): string {
  return cleanLine(text, LONGEST).replaceAll('|', '/').trim()
}
