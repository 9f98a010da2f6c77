import { heldMs, iso, relativeTime } from './words.ts'

/*
 * Times of a zone, built from numbers only: the words of a locale differ between a server and a browser, and both draw the
 * same page. What a clock shows is read through `Intl`, which every browser has; the way back, from a wall clock to an
 * instant, is asked on the server alone and is `Temporal`'s work (docs/decisions/libraries.md).
 */

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const DAY_MS = DAY_MINUTES * MINUTE_MS
const WEEK_MS = 7 * DAY_MS
export const WEEK_MINUTES = 7 * DAY_MINUTES

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()
/** No zone changes its clock within a quarter of an hour. */
const QUARTER_MS = 900_000
const MOST_OFFSETS = 10_000

/** Milliseconds that the zone is ahead of UTC. Asking Intl is slow, and a page shows hundreds of times. */
function offsetAt(at: number, zone: string): number {
  if (zone === 'UTC') return 0
  const quarter = Math.floor(at / QUARTER_MS)
  const key = `${quarter} ${zone}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const start = quarter * QUARTER_MS
  const found: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(start)) found[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - start
  if (offsets.size >= MOST_OFFSETS) offsets.clear()
  offsets.set(key, offset)
  return offset
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: string
  readonly minute: string
  readonly second: string
}

function partsOf(at: number, zone: string): Parts {
  const local = new Date(at + offsetAt(at, zone))
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: digits(local.getUTCHours(), 2),
    minute: digits(local.getUTCMinutes(), 2),
    second: digits(local.getUTCSeconds(), 2),
  }
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** `2026-12-05 00:00` in the zone. Epoch milliseconds; held within 1970 and 9999, so that no number is refused. */
export function zonedMinute(ms: number, zone: string): string {
  const { year, month, day, hour, minute } = partsOf(heldMs(ms), zone)
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)} ${hour}:${minute}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `relative`: near by how long ago, else by date. `minute`: `5 Dec 00:00`. `clock`: `14:32:10`. `second`: with date. */
export type TimeForm = 'relative' | 'minute' | 'clock' | 'second'

/** All in epoch milliseconds. The year is left out where it is this one. */
export function showTime(at: number, form: TimeForm, { zone, now }: { readonly zone: string; readonly now: number }) {
  if (form === 'relative' && Math.abs(now - at) < WEEK_MS) return relativeTime(at, now)
  const { year, month, day, hour, minute, second } = partsOf(at, zone)
  if (form === 'clock') return `${hour}:${minute}:${second}`
  const date = `${day} ${MONTHS[month - 1]}${year === partsOf(now, zone).year ? '' : ` ${year}`}`
  return form === 'second' ? `${date} ${hour}:${minute}:${second}` : `${date} ${hour}:${minute}`
}

/** `Fri 5 Dec 2025, 00:00:00 America/New_York (05:00 UTC)` */
export function fullTime(at: number, zone: string): string {
  const { year, month, day, hour, minute, second } = partsOf(at, zone)
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]
  const words = `${weekday} ${day} ${MONTHS[month - 1]} ${year}, ${hour}:${minute}:${second} ${zone}`
  return zone === 'UTC' ? words : `${words} (${iso(at).slice(11, 16)} UTC)`
}

/** A wall-clock reading: the day as days since 1970-01-01 (local date), and the minute of that day. */
interface LocalTime {
  readonly day: number
  readonly minute: number
}

/** What a clock on the wall of the zone shows at an instant (epoch milliseconds). */
export function localTime(ms: number, zone: string): LocalTime {
  const local = ms + offsetAt(ms, zone)
  const day = Math.floor(local / DAY_MS)
  return { day, minute: Math.floor((local - day * DAY_MS) / MINUTE_MS) }
}

/**
 * The instant (epoch milliseconds) at which the wall clock shows this. A time that daylight saving skips becomes the
 * first instant after the gap that is as far from midnight; of a time that comes twice the first one counts.
 */
export function instantOf({ day, minute }: LocalTime, zone: string): number {
  const date = new Temporal.PlainDate(1970, 1, 1).add({ days: day })
  const plainTime = new Temporal.PlainTime(Math.floor(minute / 60), minute % 60)
  return date.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds
}

/** Minutes since Monday 00:00 of the zone, and the local day on which that Monday fell. 1970-01-01 was a Thursday. */
export function weekTime(ms: number, zone: string): { readonly monday: number; readonly minute: number } {
  const { day, minute } = localTime(ms, zone)
  const weekday = (day + 3) % 7
  return { monday: day - weekday, minute: weekday * DAY_MINUTES + minute }
}

/** The instant of a minute of the week that begins on this Monday; minutes past the week's end run into the next. */
export function weekInstant(monday: number, minuteOfWeek: number, zone: string): number {
  const day = monday + Math.floor(minuteOfWeek / DAY_MINUTES)
  return instantOf({ day, minute: ((minuteOfWeek % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES }, zone)
}
