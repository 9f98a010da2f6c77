import type { Automatic, AutomaticCode } from './types.ts'
import { sayTime } from './words.ts'

/** Something that holds a repair back. */
export interface Hold {
  readonly code: Exclude<AutomaticCode, 'ALLOWED'>
  readonly because: string
  /** Epoch ms at which it ends by itself; null: that is not known. */
  readonly until: number | null
  /** `because` without that moment, for where it has just been said. */
  readonly undated: string
}

export function hold(code: Hold['code'], because: string, until: number | null = null, undated = because): Hold {
  return { code, because, until, undated }
}

/** `from`: epoch ms at which all that holds it back has ended. */
export function say({ code, because, until, undated }: Hold, from: number | null, timezone: string): Automatic {
  const said = { allowed: false, code, because, from }
  if (code === 'NOTHING_TO_DO' || code === 'UNDER_WAY') return { ...said, sentence: because }
  if (from === null) return { ...said, sentence: `${NOT_NOW} ${because}` }
  const when = sayTime(from, timezone)
  const rest = until !== null && sayTime(until, timezone) === when ? undated : because
  return { ...said, sentence: `By itself from ${when}. ${rest}` }
}

const NOT_NOW = 'Not by itself now.'

/**
 * The sentence for a place where other texts about the dataset stand above it: what one of those says is left out, so that
 * nothing is said twice.
 */
export function sentenceBelow({ sentence, because }: Automatic, above: readonly string[]): string {
  const whole = sentencesOf(because)
  const said = sentencesOf(sentence)
  const lead = said.slice(0, Math.max(0, said.length - whole.length))
  const rest = said.slice(lead.length).filter((each, at) => notIn([each, whole[at] ?? each], above))
  if (rest.length > 0) return [...lead, ...rest].join(' ')
  if (lead.length === 0) return 'Nothing to repair.'
  return lead[0] === NOT_NOW ? 'Not by itself now, for that reason.' : lead.join(' ')
}

/** What of a text is not said by those above it; empty where they say all of it. */
export function textBelow(text: string, above: readonly string[]): string {
  return sentencesOf(text)
    .filter((each) => notIn([each], above))
    .join(' ')
}

function notIn(ways: readonly string[], above: readonly string[]): boolean {
  return !ways.some((way) => above.some((text) => text.includes(way)))
}

function sentencesOf(text: string): readonly string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z`])/)
}
