import type { Policy } from '#config/effective.ts'
import { instantOf, localTime } from './zoned-time.ts'

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
