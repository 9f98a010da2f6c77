import { formatRelative } from './format.ts'

// Times of a zone, built from numbers only: words of a locale differ between a server and a browser.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const WEEK_MS = 7 * 86_400_000

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: string
  readonly minute: string
  readonly second: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()
/** No zone changes its clock within a quarter of an hour. */
const QUARTER_MS = 900_000
const MOST_OFFSETS = 10_000

function partsOf(at: number, zone: string): Parts {
  const local = new Date(at + offsetAt(at, zone))
  const two = (value: number): string => String(value).padStart(2, '0')
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: two(local.getUTCHours()),
    minute: two(local.getUTCMinutes()),
    second: two(local.getUTCSeconds()),
  }
}

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

/** `relative`: near by how long ago, else by date. `minute`: `5 Dec 00:00`. `clock`: `14:32:10`. `second`: with date. */
export type TimeForm = 'relative' | 'minute' | 'clock' | 'second'

/** All in epoch milliseconds. The year is left out where it is this one. */
export function showTime(at: number, form: TimeForm, { zone, now }: { readonly zone: string; readonly now: number }) {
  if (form === 'relative' && Math.abs(now - at) < WEEK_MS) return formatRelative(at, now)
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
  return zone === 'UTC' ? words : `${words} (${new Date(at).toISOString().slice(11, 16)} UTC)`
}
