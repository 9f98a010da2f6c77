import { describe, expect, test } from 'bun:test'
import { isScanDue, scanPattern } from './scan-schedule.ts'

const schedule = (minutes: number, cron: string | null = null, enabled = true) => ({
  enabled,
  cron,
  intervalSeconds: minutes * 60,
  timezone: 'UTC',
})

test.each([
  [schedule(30, '*/30 * * * *'), '*/30 * * * *'],
  [schedule(30, '*/30 * * * *', false), null],
  [schedule(45), '*/15 * * * *'],
  [schedule(7), '*/1 * * * *'],
  [schedule(50), '*/10 * * * *'],
  [schedule(300), '0 * * * *'],
])('%p: %p', (given, pattern) => expect(scanPattern(given)).toBe(pattern))

describe('every 45 minutes, with a tick each 15', () => {
  const minutes = (count: number) => count * 60_000
  test.each([
    [null, true],
    [minutes(15), false],
    [minutes(30), false],
    [minutes(45) - 900, true],
    [minutes(46), true],
  ])('%p ms after the last one: %p', (passed, due) => {
    expect(isScanDue(schedule(45), passed === null ? null : 1e9, 1e9 + (passed ?? 0))).toBe(due)
  })
})

test('a pattern of its own is always due', () => expect(isScanDue(schedule(30, '0 * * * *'), 1e9, 1e9 + 1)).toBe(true))
