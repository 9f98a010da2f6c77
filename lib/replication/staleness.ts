import { reason, worstFirst } from './reasons.ts'
import type { Health, Mapping, Verdict } from './types.ts'
import { wordsFor } from './words.ts'

/** A schedule may slip once; from the second interval on nothing has been checked. */
const INTERVALS = 2
/** A clock is corrected by that much at any time. */
const AHEAD_MS = 60_000

/** The schedule of checks, as it is at the moment of asking. */
export interface Cadence {
  /** Seconds between the scheduled checks before and after this moment. */
  readonly intervalSeconds: number
  /** When (epoch ms) the second scheduled check after that moment is due. Absent: two intervals after it. */
  readonly secondDueAfter?: (then: number) => number
}

/**
 * Was the last check too long ago? Epoch ms. A check that could not look is a check all the same. One from the future was
 * made by a clock that was ahead: how old it is cannot be known, so it is never fresh.
 */
export function isStale(judgedAt: number, now: number, { intervalSeconds, secondDueAfter }: Cadence): boolean {
  if (isAhead(judgedAt, now)) return true
  if (now - judgedAt <= INTERVALS * intervalSeconds * 1000) return false
  // On a Monday morning the interval is short again, and the last check rightly one of Friday.
  return secondDueAfter === undefined || now >= secondDueAfter(judgedAt)
}

function isAhead(judgedAt: number, now: number): boolean {
  return judgedAt - now > AHEAD_MS
}

export interface Reading extends Cadence {
  readonly mapping: Mapping
  readonly now: number
  readonly timezone: string
}

/** The verdict as it must be shown now: too old a check says nothing good any more; what was BROKEN stays so. */
export function atReading(verdict: Verdict, reading: Reading): Verdict {
  const { mapping, now, intervalSeconds, timezone } = reading
  if (!isStale(verdict.judgedAt, now, reading)) return verdict
  const stale = reason(wordsFor(mapping, timezone), 'STALE_CHECK', {
    ageSeconds: Math.max(0, Math.floor((now - verdict.judgedAt) / 1000)),
    aheadAt: isAhead(verdict.judgedAt, now) ? verdict.judgedAt : null,
    intervalSeconds,
    lastHealth: verdict.health,
  })
  const kept = verdict.reasons.filter((each) => each.severity !== 'HEALTHY')
  const reasons = worstFirst([stale, ...kept])
  const health: Health = verdict.health === 'BROKEN' ? 'BROKEN' : 'UNKNOWN'
  return { ...verdict, health, reason: reasons[0] ?? stale, reasons }
}
