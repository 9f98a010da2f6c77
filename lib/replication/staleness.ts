import { reason, worstFirst } from './reasons.ts'
import type { Health, Mapping, Verdict } from './types.ts'
import { wordsFor } from './words.ts'

/** A schedule may slip once; from the second interval on nobody has looked. */
const INTERVALS = 2

/** Was the last check too long ago? Epoch ms and seconds. A check that could not look is a check all the same. */
export function isStale(judgedAt: number, now: number, intervalSeconds: number): boolean {
  return now - judgedAt > INTERVALS * intervalSeconds * 1000
}

export interface Reading {
  readonly mapping: Mapping
  readonly now: number
  readonly intervalSeconds: number
  readonly timezone: string
}

/** The verdict as it must be shown now: too old a check says nothing good any more; what was BROKEN stays so. */
export function atReading(verdict: Verdict, { mapping, now, intervalSeconds, timezone }: Reading): Verdict {
  if (!isStale(verdict.judgedAt, now, intervalSeconds)) return verdict
  const stale = reason(wordsFor(mapping, timezone), 'STALE_CHECK', {
    ageSeconds: Math.floor((now - verdict.judgedAt) / 1000),
    intervalSeconds,
    lastHealth: verdict.health,
  })
  const kept = verdict.reasons.filter((each) => each.severity !== 'HEALTHY')
  const reasons = worstFirst([stale, ...kept])
  const health: Health = verdict.health === 'BROKEN' ? 'BROKEN' : 'UNKNOWN'
  return { ...verdict, health, reason: reasons[0] ?? stale, reasons }
}
