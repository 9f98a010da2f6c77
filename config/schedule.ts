import { Cron } from 'croner'
import { called } from './fields.ts'
import { type Parsed, parsed, refused } from './units.ts'

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

/** Null for a zone that Intl and croner both know. */
export function checkTimezone(zone: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return null
  } catch {
    return `The time zone ${called(zone)} is not known; write an IANA name such as Europe/Berlin, or UTC.`
  }
}
