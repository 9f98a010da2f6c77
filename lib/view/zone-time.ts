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

function partsOf(at: number, zone: string): Parts {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  const found: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(at)) found[type] = value
  const { year, month, day, hour = '', minute = '', second = '' } = found
  return { year: Number(year), month: Number(month), day: Number(day), hour, minute, second }
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
