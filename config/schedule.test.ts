import { expect, test } from 'bun:test'
import { Cron } from 'croner'
import { checkTimezone, scheduleOfCron, scheduleOfInterval } from './schedule.ts'

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

test('time zones are those of Intl', () => {
  expect(checkTimezone('Europe/Berlin')).toBeNull()
  expect(checkTimezone('Mars/Base')).toContain('Mars/Base')
})
