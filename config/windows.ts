import type { OnlinePolicy, WeeklyWindow } from './effective.ts'
import { type Parsed, parsed, refused } from './units.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const DAY = 24 * 60
const WEEK = 7 * DAY

/** `22:00-06:00` → minutes of the day, end exclusive; it may run over midnight. */
export function parseDailyWindow(
  text: string,
): Parsed<{ readonly start: number; readonly end: number; readonly text: string }> {
  const [from, to, ...rest] = text.trim().split(/\s*-\s*/)
  const start = timeOfDay(from)
  const end = timeOfDay(to)
  if (start === null || end === null || rest.length > 0)
    return refused(`${JSON.stringify(text)} is not a window; write two times of day, for example "22:00-06:00".`)
  if (start % DAY === end % DAY)
    return refused(`${JSON.stringify(text)} begins when it ends; leave repair_window out for any time.`)
  return parsed({ start: start % DAY, end: end === 0 ? DAY : end, text: text.trim() })
}

/**
 * `always`, `on_demand`, or hours: `Sat 20:00-Sun 08:00`, `Mon-Fri 22:00-06:00`, `22:00-06:00` (every day), several
 * parted by commas.
 */
export function parseOnline(text: string): Parsed<OnlinePolicy> {
  const trimmed = text.trim()
  if (trimmed === 'always' || trimmed === 'on_demand') return parsed({ kind: trimmed })
  const windows: WeeklyWindow[] = []
  for (const part of trimmed.split(',')) {
    const found = weekly(part.trim())
    if (found === null)
      return refused(
        `${JSON.stringify(part.trim())} is no time to be online; write always, on_demand, or hours such as "Sat 20:00-Sun 08:00" or "Mon-Fri 22:00-06:00".`,
      )
    windows.push(...found)
  }
  return parsed({ kind: 'hours', text: trimmed, windows: windows.toSorted((a, b) => a.start - b.start) })
}

/** The longest time between two windows, seconds: 0 where they leave none. Clocks that are put back make one an hour longer. */
export function longestGapSeconds(windows: readonly WeeklyWindow[], timezone: string): number {
  const spans = windows
    .map(({ start, end }) => ({ start, end: end > start ? end : end + WEEK }))
    .toSorted((a, b) => a.start - b.start)
  const first = spans[0]
  if (first === undefined) return 0
  let longest = 0
  let reached = first.end
  for (const { start, end } of [...spans.slice(1), { start: first.start + WEEK, end: first.end + WEEK }]) {
    longest = Math.max(longest, start - reached)
    reached = Math.max(reached, end)
  }
  return longest === 0 ? 0 : longest * 60 + (putsClocksBack(timezone) ? 3600 : 0)
}

function putsClocksBack(timezone: string): boolean {
  const hour = new Intl.DateTimeFormat('en', { timeZone: timezone, hour: 'numeric', hourCycle: 'h23' })
  return hour.format(Date.UTC(2026, 0, 15, 12)) !== hour.format(Date.UTC(2026, 6, 15, 12))
}

function weekly(part: string): WeeklyWindow[] | null {
  const match =
    /^(?:([A-Za-z]+)(?:\s*-\s*([A-Za-z]+))?\s+)?(\d{1,2}:\d{2})\s*-\s*(?:([A-Za-z]+)\s+)?(\d{1,2}:\d{2})$/.exec(part)
  if (match === null) return null
  const [, firstName, lastName, from, endName, to] = match
  const start = timeOfDay(from)
  const end = timeOfDay(to)
  if (start === null || end === null) return null
  const first = firstName === undefined ? 0 : dayOf(firstName)
  const last = lastName === undefined ? (firstName === undefined ? 6 : first) : dayOf(lastName)
  if (first === null || last === null) return null
  if (endName !== undefined) {
    const endDay = dayOf(endName)
    if (endDay === null || firstName === undefined || lastName !== undefined) return null
    return nonEmpty([{ start: (first * DAY + start) % WEEK, end: wrapEnd(endDay * DAY + end) }])
  }
  const days = Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7)
  return nonEmpty(
    days.map((day) => ({
      start: (day * DAY + start) % WEEK,
      end: wrapEnd(day * DAY + end + (end <= start ? DAY : 0)),
    })),
  )
}

/** The week's last minute is WEEK itself, so that a window to Sunday 24:00 does not look empty. */
function wrapEnd(minute: number): number {
  return minute % WEEK === 0 ? WEEK : minute % WEEK
}

function nonEmpty(windows: WeeklyWindow[]): WeeklyWindow[] | null {
  return windows.every(({ start, end }) => start !== end) ? windows : null
}

function timeOfDay(text: string | undefined): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text ?? '')
  if (match === null) return null
  const minutes = Number(match[1]) * 60 + Number(match[2])
  return Number(match[2]) < 60 && minutes <= DAY ? minutes : null
}

function dayOf(name: string): number | null {
  const index = DAYS.findIndex(
    (day) => name.length >= 3 && `${day}`.length > 0 && fullName(day).startsWith(name.toLowerCase()),
  )
  return index < 0 ? null : index
}

function fullName(day: string): string {
  return (
    { mon: 'monday', tue: 'tuesday', wed: 'wednesday', thu: 'thursday', fri: 'friday', sat: 'saturday', sun: 'sunday' }[
      day
    ] ?? day
  )
}
