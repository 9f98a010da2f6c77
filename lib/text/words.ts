/*
 * How figures read: one form for each, the same on pages, in sentences, on the command line, in a note for a ticket and in
 * the help of a metric. Pure, with nothing of a locale: server and browser write the same. The moment is always given.
 */

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
/** Hours go on up to here, because limits are set in hours. */
const MOST_HOURS = 72 * HOUR

/** Seconds → at most two units, rounded down: `40 s`, `4 min 20 s`, `31 h 5 min`, from three days on `3 d 4 h`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < MINUTE) return `${whole} s`
  if (whole < HOUR) return two(whole, MINUTE, 'min', 1, 's')
  return whole <= MOST_HOURS ? two(whole, HOUR, 'h', MINUTE, 'min') : two(whole, DAY, 'd', HOUR, 'h')
}

function two(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`
}

/** One unit: `40 s ago`, `in 4 min`, `31 h ago`, `just now`. Both in epoch milliseconds. */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.round(Math.abs(at - now) / 1000)
  if (seconds < 5) return 'just now'
  const [length, unit] =
    seconds < MINUTE ? [1, 's'] : seconds < HOUR ? [MINUTE, 'min'] : seconds <= MOST_HOURS ? [HOUR, 'h'] : [DAY, 'd']
  const words = `${Math.floor(seconds / length)} ${unit}`
  return at > now ? `in ${words}` : `${words} ago`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** Bytes (a text where they can pass 2^53) → binary, one decimal below 100: `512 B`, `1.2 MiB`, `14.2 TiB`, `412 GiB`. */
export function bytesText(bytes: number | string): string {
  let value = Math.max(0, Number(bytes))
  let unit = 0
  // Rounding may reach the next unit: 1023.9 GiB is 1 TiB.
  while (Math.round(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`
}

/** `1 snapshot`, `3 snapshots`; another plural where an s is not enough. */
export function counted(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`
}

/** A share as it is shown: only all is 100 %, and only nothing is 0 %. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0) return '–'
  const percent = (part / whole) * 100
  if (part === whole) return '100 %'
  if (part === 0) return '0 %'
  return percent < 0.1 ? '<0.1 %' : `${(Math.floor(percent * 10) / 10).toFixed(1)} %`
}

/** `a, b, c and 7 more`. `count`: how many there are in all, where not every name is in the list. */
export function someOf(names: readonly string[], count = names.length, most = 3): string {
  const shown = names.slice(0, most)
  const more = count - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The last second with a year of four digits, epoch seconds: no formatter of dates takes a later one. */
export const LAST_SECOND = 253_402_300_799

/** Epoch milliseconds → `2026-11-22T14:32:10Z`. A SAN may call any number a date: it is held within 1970 and 9999. */
export function iso(ms: number): string {
  return `${heldDate(ms).toISOString().slice(0, 19)}Z`
}

/** With milliseconds, for logs. */
export function isoMillis(ms: number): string {
  return heldDate(ms).toISOString()
}

/** Epoch seconds, as ZFS counts. */
export function isoSeconds(seconds: number): string {
  return iso(seconds * 1000)
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms)
}

/** Epoch milliseconds → `20261122T143210Z`, for names. */
export function isoStamp(ms: number): string {
  return iso(ms).replaceAll(/[-:]/g, '')
}

/** Epoch milliseconds, held within 1970 and 9999. */
export function heldMs(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(LAST_SECOND * 1000, Math.max(0, ms))
}

function heldDate(ms: number): Date {
  return new Date(heldMs(ms))
}
