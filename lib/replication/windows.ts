import type { OnlinePolicy, Policy, WeeklyWindow } from '#config/effective.ts'
import { instantOf, localTime, WEEK_MINUTES, weekInstant, weekTime } from '#lib/text/zoned-time.ts'
import type { Availability } from './types/verdict.ts'

/** May an automatic repair start now (epoch ms)? Without a window always. */
export function inRepairWindow(window: Policy['repairWindow'], now: number, timezone: string): boolean {
  if (window === null || window.start === window.end) return true
  const { minute } = localTime(now, timezone)
  if (window.start < window.end) return window.start <= minute && minute < window.end
  return minute >= window.start || minute < window.end
}

/** When the window opens next, epoch ms; null where it is open or there is none. */
export function nextRepairWindow(window: Policy['repairWindow'], now: number, timezone: string): number | null {
  if (window === null || inRepairWindow(window, now, timezone)) return null
  const { day, minute } = localTime(now, timezone)
  const on = minute < window.start ? day : day + 1
  // On the day that skips its hour it does not open; the days around such a one are whole.
  for (const each of [on, on + 1]) {
    const opens = instantOf({ day: each, minute: window.start }, timezone)
    if (inRepairWindow(window, opens, timezone)) return opens
  }
  return null
}

/** When the window that is open now closes, epoch ms; null where there is none, or it is closed. */
export function repairWindowEnd(window: Policy['repairWindow'], now: number, timezone: string): number | null {
  if (window === null || window.start === window.end || !inRepairWindow(window, now, timezone)) return null
  const { day, minute } = localTime(now, timezone)
  const on = minute < window.end ? day : day + 1
  return instantOf({ day: on, minute: window.end }, timezone)
}

/** No swap begins when so little of the window is left: five minutes. */
export const LAST_MINUTES_MS = 5 * 60_000

/** Windows are walked week by week; a host not seen for longer than this has missed enough. */
const WEEKS_LOOKED_BACK = 520
const WEEK_MS = WEEK_MINUTES * 60_000

/**
 * Whether a host is expected to answer at `now` (epoch ms), by its `online` setting. `lastSeenAt` is when it answered
 * last (epoch ms, null = never): windows that began and ended since then were missed.
 */
export function availability(
  policy: OnlinePolicy,
  now: number,
  timezone: string,
  lastSeenAt: number | null = null,
): Availability {
  if (policy.kind === 'always') return { kind: 'expected', backAt: null, missedWindows: 0 }
  if (policy.kind === 'on_demand') return { kind: 'planned-off', backAt: null, missedWindows: 0 }
  const missedWindows = lastSeenAt === null ? 0 : countMissed(policy.windows, lastSeenAt, now, timezone)
  if (windowEnd(policy, now, timezone) !== null) return { kind: 'expected', backAt: null, missedWindows }
  return { kind: 'planned-off', backAt: nextStart(policy.windows, now, timezone), missedWindows }
}

/** When the window that is open now closes, epoch ms; null where none is open or the host has no hours. */
export function windowEnd(policy: OnlinePolicy, now: number, timezone: string): number | null {
  if (policy.kind !== 'hours') return null
  const open = spans(policy.windows, now, 1, timezone).filter(({ start, end }) => start <= now && now < end)
  return open.length === 0 ? null : Math.max(...open.map(({ end }) => end))
}

function nextStart(windows: readonly WeeklyWindow[], now: number, timezone: string): number | null {
  const later = spans(windows, now, 1, timezone).filter(({ start }) => start > now)
  return later.length === 0 ? null : Math.min(...later.map(({ start }) => start))
}

function countMissed(windows: readonly WeeklyWindow[], since: number, now: number, timezone: string): number {
  const weeks = Math.min(WEEKS_LOOKED_BACK, Math.ceil((now - since) / WEEK_MS) + 1)
  return spans(windows, now, weeks, timezone).filter(({ start, end }) => start > since && end <= now).length
}

interface Span {
  readonly start: number
  readonly end: number
}

/** The windows of this week, of the next one and of so many before, as instants: daylight saving moves each by itself. */
function spans(windows: readonly WeeklyWindow[], now: number, weeksBack: number, timezone: string): readonly Span[] {
  const { monday } = weekTime(now, timezone)
  const result: Span[] = []
  for (let week = -weeksBack; week <= 1; week++) {
    for (const { start, end } of windows) {
      const until = end > start ? end : end + WEEK_MINUTES
      const from = monday + week * 7
      const span = { start: weekInstant(from, start, timezone), end: weekInstant(from, until, timezone) }
      // In the hour that daylight saving skips there is nothing to be open, and nothing to miss.
      if (span.start < span.end) result.push(span)
    }
  }
  return result
}
