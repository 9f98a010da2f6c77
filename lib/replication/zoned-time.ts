const MINUTE = 60_000
const DAY_MINUTES = 24 * 60
export const WEEK_MINUTES = 7 * DAY_MINUTES

/** A wall-clock reading: the day as days since 1970-01-01 (local date), and the minute of that day. */
interface LocalTime {
  readonly day: number
  readonly minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
    formats.set(zone, format)
  }
  return format
}

/** What a clock on the wall of the zone shows at an instant (epoch milliseconds). */
export function localTime(ms: number, zone: string): LocalTime {
  const part = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const day =
    Date.UTC(part.get('year') ?? 1970, (part.get('month') ?? 1) - 1, part.get('day') ?? 1) / (DAY_MINUTES * MINUTE)
  return { day, minute: (part.get('hour') ?? 0) * 60 + (part.get('minute') ?? 0) }
}

/**
 * The instant (epoch milliseconds) at which the wall clock shows this. A time that daylight saving skips becomes the
 * first instant after the gap that is as far from midnight; of a time that comes twice the first one counts.
 */
export function instantOf({ day, minute }: LocalTime, zone: string): number {
  const asUtc = (day * DAY_MINUTES + minute) * MINUTE
  const offsets = [asUtc - DAY_MINUTES * MINUTE, asUtc + DAY_MINUTES * MINUTE].map((ms) => offset(ms, zone))
  const [before = 0, after = 0] = offsets
  const candidates = [asUtc - before, asUtc - after].toSorted((a, b) => a - b)
  const shown = candidates.find((ms) => ms + offset(ms, zone) === asUtc)
  // In the gap neither fits: the offset from before the change leads to the time after it.
  return shown ?? asUtc - before
}

/** Zone minus UTC in milliseconds at an instant. */
function offset(ms: number, zone: string): number {
  const { day, minute } = localTime(ms, zone)
  const whole = Math.floor(ms / MINUTE) * MINUTE
  return (day * DAY_MINUTES + minute) * MINUTE - whole
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
