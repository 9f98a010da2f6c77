import { Cron } from 'croner'
import { called, type Parsed, parsed, refused } from '#lib/settings/fields.ts'
import { localTime } from '#lib/text/zoned-time.ts'
import type { Config, OnlinePolicy, WeeklyWindow } from './effective.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const DAY = 24 * 60
const WEEK = 7 * DAY

/** `22:00-06:00` → minutes of the day, end exclusive; it may run over midnight. `without`: what to do where none is meant. */
export function parseDailyWindow(
  text: string,
  without = 'leave repair_window out for any time',
): Parsed<{ readonly start: number; readonly end: number; readonly text: string }> {
  const [from, to, ...rest] = text.trim().split(/\s*-\s*/)
  const start = timeOfDay(from)
  const end = timeOfDay(to)
  if (start === null || end === null || rest.length > 0)
    return refused(`${JSON.stringify(text)} is not a window; write two times of day, for example "22:00-06:00".`)
  if (start % DAY === end % DAY) return refused(`${JSON.stringify(text)} begins when it ends; ${without}.`)
  return parsed({ start: start % DAY, end: end === 0 ? DAY : end, text: text.trim() })
}

/** `08:00` → minutes of the day. */
export function parseTimeOfDay(text: string): Parsed<number> {
  const minutes = timeOfDay(text.trim())
  return minutes === null || minutes === DAY
    ? refused(`${JSON.stringify(text)} is not a time of day; write for example "08:00".`)
    : parsed(minutes)
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
  return localTime(Date.UTC(2026, 0, 15, 12), timezone).minute !== localTime(Date.UTC(2026, 6, 15, 12), timezone).minute
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

/** Minutes of the day → `08:00`. */
export function minuteText(minutes: number): string {
  const two = (count: number): string => String(count).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
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

export interface Schedule {
  readonly cron: string | null
  readonly intervalSeconds: number
}

/**
 * A cron pattern restarts at every hour and day, so it is even only for minutes that divide an hour, or hours that divide
 * a day. Any other distance has no pattern (null): the interval itself is the schedule.
 */
export function scheduleOfInterval(minutes: number): Schedule {
  const intervalSeconds = minutes * 60
  if (minutes === 1440) return { cron: '0 0 * * *', intervalSeconds }
  if (minutes % 60 === 0) return { cron: 24 % (minutes / 60) === 0 ? hourly(minutes / 60) : null, intervalSeconds }
  return { cron: 60 % minutes === 0 ? (minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`) : null, intervalSeconds }
}

const hourly = (hours: number): string => (hours === 1 ? '0 * * * *' : `0 */${hours} * * *`)

const MAX_RUNS = 5000
const SPAN_MS = 62 * 86_400_000

/** A pattern of the user's own: its longest gap, looked for over two months (or 5,000 runs) from `now`, epoch ms. */
export function scheduleOfCron(pattern: string, timezone: string, now: number): Parsed<Schedule> {
  const example = 'write for example "*/30 * * * *" (minute hour day month weekday)'
  try {
    const cron = new Cron(pattern, { paused: true, timezone })
    let last = cron.nextRun(new Date(now))
    if (last === null) return refused(`The cron pattern ${called(pattern)} never comes; ${example}.`)
    let longest = 0
    for (let runs = 1; runs < MAX_RUNS; runs++) {
      const next: Date | null = cron.nextRun(last)
      if (next === null) break
      const gap = (next.getTime() - last.getTime()) / 1000
      if (gap < 60)
        return refused(`The cron pattern ${called(pattern)} comes more often than once a minute; ${example}.`)
      longest = Math.max(longest, gap)
      last = next
      if (runs >= 2 && last.getTime() - now > SPAN_MS) break
    }
    if (longest === 0) return refused(`The cron pattern ${called(pattern)} comes only once; ${example}.`)
    return parsed({ cron: pattern, intervalSeconds: longest })
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '').replace(/\.$/, '') : String(error)
    return refused(`The cron pattern ${called(pattern)} is refused (${why}); ${example}.`)
  }
}

type Scheduled = Pick<Config['scheduler'], 'cron' | 'timezone' | 'intervalSeconds'>

/** Two scheduled checks in a row, epoch ms: those around the moment that was asked for last, as a pattern is slow to read backwards. */
let around: { readonly of: string; readonly from: number; readonly to: number } | null = null

/**
 * Seconds between the scheduled checks before and after `now` (epoch ms). A pattern with gaps has no one interval: at
 * noon on a working day half an hour may be long, and over a weekend two days are not.
 */
export function intervalAt({ cron, timezone, intervalSeconds }: Scheduled, now: number): number {
  if (cron === null) return intervalSeconds
  const of = `${timezone} ${cron}`
  if (around === null || around.of !== of || now < around.from || now >= around.to) {
    const pattern = new Cron(cron, { paused: true, timezone })
    const from = pattern.previousRuns(1, new Date(now + 1))[0]
    const to = pattern.nextRun(new Date(now))
    if (from === undefined || to === null) return intervalSeconds
    around = { of, from: from.getTime(), to: to.getTime() }
  }
  return (around.to - around.from) / 1000
}

/** When (epoch ms) the second scheduled check after `then` is due: until then one may have slipped. */
export function secondDueAfter({ cron, timezone, intervalSeconds }: Scheduled, then: number): number {
  const even = then + 2 * intervalSeconds * 1000
  if (cron === null) return even
  return new Cron(cron, { paused: true, timezone }).nextRuns(2, new Date(then))[1]?.getTime() ?? even
}

/** Null for a zone that Intl and croner both know. */
export function checkTimezone(zone: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return null
  } catch {
    return `The time zone ${called(zone)} is not known; write an IANA name such as Europe/Berlin, or UTC.`
  }
}
