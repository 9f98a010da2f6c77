import { Cron } from 'croner'
import type { Config } from './effective.ts'
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
