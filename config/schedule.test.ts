import { describe, expect, test } from 'bun:test'
import { Cron } from 'croner'
import { checkTimezone, intervalAt, scheduleOfCron, scheduleOfInterval, secondDueAfter } from './schedule.ts'

const NOW = Date.UTC(2026, 10, 22)

test.each([
  [1, '* * * * *'],
  [15, '*/15 * * * *'],
  [30, '*/30 * * * *'],
  [60, '0 * * * *'],
  [360, '0 */6 * * *'],
  [1440, '0 0 * * *'],
  [7, null],
  [45, null],
  [90, null],
  [300, null],
])('every %d minutes is the pattern %p', (minutes, cron) => {
  expect(scheduleOfInterval(minutes)).toEqual({ cron, intervalSeconds: minutes * 60 })
})

test('whatever interval has a pattern, the pattern keeps it through two days', () => {
  for (let minutes = 1; minutes <= 1440; minutes++) {
    const { cron, intervalSeconds } = scheduleOfInterval(minutes)
    if (cron === null) continue
    const runs = new Cron(cron, { paused: true, timezone: 'UTC' }).nextRuns(
      Math.min(100, Math.ceil(2880 / minutes) + 1),
      new Date(NOW),
    )
    const gaps = new Set(runs.slice(1).map((run, index) => (run.getTime() - (runs[index]?.getTime() ?? 0)) / 1000))
    expect([...gaps]).toEqual([intervalSeconds])
  }
})

test.each([
  ['0 * * * *', 3600],
  ['0 6,18 * * *', 43_200],
  ['0 2 * * 6', 7 * 86_400],
  ['*/10 8-17 * * 1-5', 62 * 3600 + 600],
  ['0 0 1 * *', 31 * 86_400],
])('the longest gap of %s', (pattern, seconds) => {
  expect(scheduleOfCron(pattern, 'UTC', NOW)).toEqual({ ok: true, value: { cron: pattern, intervalSeconds: seconds } })
})

describe('a pattern with gaps', () => {
  const weekdays = { cron: '*/30 8-18 * * 1-5', timezone: 'Europe/Berlin', intervalSeconds: 221_400 }
  const even = { cron: null, timezone: 'UTC', intervalSeconds: 2700 }

  test.each([
    ['a Friday at noon', '2026-11-27T11:10:00Z', 1800],
    ['the moment of a check', '2026-11-27T11:30:00Z', 1800],
    ['a night', '2026-11-26T22:00:00Z', 13.5 * 3600],
    ['a weekend', '2026-11-28T12:00:00Z', 61.5 * 3600],
    ['a Monday at work', '2026-11-30T07:00:01Z', 1800],
  ])('the interval of %s', (_, at, seconds) => {
    expect(intervalAt(weekdays, Date.parse(at))).toBe(seconds)
    // Asked of another schedule in between, and again.
    expect(intervalAt(even, Date.parse(at))).toBe(2700)
    expect(intervalAt({ ...weekdays, cron: '0 * * * *' }, Date.parse(at))).toBe(3600)
    expect(intervalAt(weekdays, Date.parse(at))).toBe(seconds)
  })

  test('when the second check after one is due', () => {
    expect(secondDueAfter(weekdays, Date.parse('2026-11-27T17:30:20Z'))).toBe(Date.parse('2026-11-30T07:30:00Z'))
    expect(secondDueAfter(even, 1000)).toBe(1000 + 2 * 2_700_000)
  })
})

test('time zones are those of Intl', () => {
  expect(checkTimezone('Europe/Berlin')).toBeNull()
  expect(checkTimezone('Mars/Base')).toContain('Mars/Base')
})
