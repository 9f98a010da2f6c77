import type { LookSpan, ObjectiveRecord } from '#lib/db/types.ts'
import { instantOf, localTime } from '#lib/text/zoned-time.ts'

/** How much of a time was spent within the objective. Milliseconds; together they are all of the time that is counted. */
interface Shares {
  readonly insideMs: number
  readonly outsideMs: number
  readonly unknownMs: number
}

interface Range {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
}

/** Calendar month of a zone. */
export interface Month extends Range {
  /** `2026-11` */
  readonly month: string
}

const DAY_MS = 86_400_000

/** The month of `now` (epoch ms) and the ones before it, newest first: each as long as it is in that zone. */
export function monthsBefore(now: number, zone: string, count: number): readonly Month[] {
  const today = new Date(localTime(now, zone).day * DAY_MS)
  const first = (back: number): Date => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1))
  const instant = (date: Date): number => instantOf({ day: date.getTime() / DAY_MS, minute: 0 }, zone)
  return Array.from({ length: count }, (_, back) => ({
    month: first(back).toISOString().slice(0, 7),
    from: instant(first(back)),
    to: instant(first(back - 1)),
  }))
}

/** How far apart two looks may be before nobody looked between them, and how long one holds then. */
export interface Rhythm {
  readonly longestMs: number
  readonly holdsMs: number
}

/** As a status goes stale: after two intervals without a look nobody has looked. One that was in time holds for one. */
export function rhythmOf({ intervalSeconds }: { readonly intervalSeconds: number }): Rhythm {
  return { longestMs: 2 * intervalSeconds * 1000, holdsMs: intervalSeconds * 1000 }
}

/**
 * How a time was spent, by the looks in it, the last one before, and those after it up to `seenUntil` (epoch ms). What a look saw holds until the next one; where that was
 * too long ago it holds for one interval, and the rest is unknown. Before the first look there is nothing to count: null
 * where there was none.
 */
export function sharesOf(
  spans: readonly LookSpan[],
  { from, to, seenUntil }: Range & { readonly seenUntil: number },
  { longestMs, holdsMs }: Rhythm,
): (Shares & Range) | null {
  const [first] = spans
  const begin = first === undefined ? to : Math.max(from, first.from)
  if (first === undefined || begin >= to) return null
  const shares = { inside: 0, outside: 0, unknown: 0 }
  const count = (state: LookSpan['state'], since: number, until: number): void => {
    shares[state] += Math.max(0, Math.min(until, to) - Math.max(since, begin))
  }
  for (const [index, span] of spans.entries()) {
    const next = spans[index + 1]?.from ?? seenUntil
    const held = next - span.to <= longestMs ? next : Math.min(next, span.to + holdsMs)
    count(span.state, span.from, held)
    count('unknown', held, next)
  }
  return { from: begin, to, insideMs: shares.inside, outsideMs: shares.outside, unknownMs: shares.unknown }
}

/** What was counted of a month, and what has been since. Null: nothing is known of it. */
export function together(
  month: string,
  datasetId: string,
  counted: ObjectiveRecord | null,
  since: (Shares & Range) | null,
): ObjectiveRecord | null {
  if (counted === null && since === null) return null
  const sum = (part: (of: Shares) => number): number =>
    (counted === null ? 0 : part(counted)) + (since === null ? 0 : part(since))
  return {
    datasetId,
    month,
    from: counted?.from ?? since?.from ?? 0,
    until: since?.to ?? counted?.until ?? 0,
    insideMs: sum(({ insideMs }) => insideMs),
    outsideMs: sum(({ outsideMs }) => outsideMs),
    unknownMs: sum(({ unknownMs }) => unknownMs),
  }
}
