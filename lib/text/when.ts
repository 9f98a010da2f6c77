import { localTime } from './zoned-time.ts'

/*
 * A moment as a person writes it: `06:00`, `Sat 20:00`, `2026-12-05 06:00`, or RFC 3339. What names no zone is meant in the
 * zone that is given. From a wall clock to an instant is `Temporal`'s work, on the server alone.
 */

/** What can be written, for a message. */
export const WHEN_FORMS = '06:00, Sat 20:00, 2026-12-05 06:00 or 2026-12-05T06:00:00Z'

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i
const DATED = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d?):(\d\d)$/
const CLOCK = /^(?:([a-z]{2,9})\.?,? +)?(\d\d?):(\d\d)$/i
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/**
 * Epoch milliseconds; null: it is none of the forms, or there is no such day or time. A clock time, with or without a
 * weekday, is the next one after `after` (epoch ms). A time that daylight saving skips becomes the one as long after the
 * gap; of a time that comes twice a clock time is the next of the two, a dated one the first.
 */
export function parseWhen(
  text: string,
  { zone, after }: { readonly zone: string; readonly after: number },
): number | null {
  const words = text.trim()
  if (RFC_3339.test(words)) {
    const at = Date.parse(words.toUpperCase())
    // A day that is none, the 31st of February, is another one to Date.
    return Number.isNaN(at) || !isDay(words.slice(0, 10)) ? null : at
  }
  const [, year, month, day, ...time] = DATED.exec(words) ?? []
  if (year !== undefined) {
    const minute = minuteOf(time)
    if (minute === null || !isDay(`${year}-${month}-${day}`)) return null
    return instants(Temporal.PlainDate.from(`${year}-${month}-${day}`), minute, zone)[0] ?? null
  }
  const [, weekday, ...clock] = CLOCK.exec(words) ?? []
  const minute = minuteOf(clock)
  if (minute === null) return null
  const wanted = weekday === undefined ? null : weekdayOf(weekday)
  if (wanted === -1) return null
  // The day before too: what daylight saving skips at its end may come out after midnight.
  const start = new Temporal.PlainDate(1970, 1, 1).add({ days: localTime(after, zone).day - 1 })
  for (let days = 0; days <= 9; days++) {
    const date = start.add({ days })
    if (wanted !== null && date.dayOfWeek !== wanted) continue
    const next = instants(date, minute, zone).find((at) => at > after)
    if (next !== undefined) return next
  }
  return null
}

/** Hours and minutes → minutes of the day; null: no clock shows that. */
function minuteOf([hours, minutes]: readonly (string | undefined)[]): number | null {
  if (hours === undefined || minutes === undefined || Number(hours) > 23 || Number(minutes) > 59) return null
  return Number(hours) * 60 + Number(minutes)
}

/** 1 is Monday; -1: no weekday begins so, or more than one does. */
function weekdayOf(word: string): number {
  const found = WEEKDAYS.flatMap((name, at) => (name.startsWith(word.toLowerCase()) ? [at + 1] : []))
  return found.length === 1 ? (found[0] ?? -1) : -1
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** Once, or twice where the clock was set back. */
function instants(date: Temporal.PlainDate, minute: number, zone: string): readonly number[] {
  const local = date.toPlainDateTime(new Temporal.PlainTime(Math.floor(minute / 60), minute % 60))
  const at = (disambiguation: 'compatible' | 'later') =>
    local.toZonedDateTime(zone, { disambiguation }).epochMilliseconds
  return [...new Set([at('compatible'), at('later')])]
}
