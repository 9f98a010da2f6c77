import { describe, expect, test } from 'bun:test'
import { Cron } from 'croner'
import {
  checkTimezone,
  intervalAt,
  longestGapSeconds,
  parseDailyWindow,
  parseOnline,
  scheduleOfCron,
  scheduleOfInterval,
  secondDueAfter,
} from './windows.ts'

const DAY = 1440
const at = (day: number, hour: number, minute = 0): number => day * DAY + hour * 60 + minute

test.each<[string, number | null, number | null]>([
  ['22:00-06:00', 1320, 360],
  ['0:00 - 24:00', null, null],
  ['22:00-00:00', 1320, 1440],
  ['09:30-17:45', 570, 1065],
  ['22:00', null, null],
  ['22:60-23:00', null, null],
  ['24:01-02:00', null, null],
])('a window of the day: %s', (text, start, end) => {
  const result = parseDailyWindow(text)
  const found: readonly (number | null)[] = result.ok ? [result.value.start, result.value.end] : [null, null]
  expect(found).toEqual([start, end])
})

test.each<[string, number[][]]>([
  ['Sat 20:00-Sun 08:00', [[at(5, 20), at(6, 8)]]],
  ['Sun 20:00-Mon 08:00', [[at(6, 20), at(0, 8)]]],
  ['Sat 20:00-Sun 24:00', [[at(5, 20), at(7, 0)]]],
  ['saturday 20:00 - sunday 08:00', [[at(5, 20), at(6, 8)]]],
  ['Wed 20:00-23:00', [[at(2, 20), at(2, 23)]]],
  ['Fri 22:00-06:00', [[at(4, 22), at(5, 6)]]],
  [
    'Mon-Tue 22:00-06:00',
    [
      [at(0, 22), at(1, 6)],
      [at(1, 22), at(2, 6)],
    ],
  ],
  [
    'Sat-Sun 00:00-24:00',
    [
      [at(5, 0), at(6, 0)],
      [at(6, 0), at(7, 0)],
    ],
  ],
  [
    'Sun-Mon 01:00-02:00',
    [
      [at(0, 1), at(0, 2)],
      [at(6, 1), at(6, 2)],
    ],
  ],
  [
    'Sat 20:00-Sun 08:00, Wed 20:00-23:00',
    [
      [at(2, 20), at(2, 23)],
      [at(5, 20), at(6, 8)],
    ],
  ],
])('hours online: %s', (text, windows) => {
  const result = parseOnline(text)
  expect(result).toEqual({
    ok: true,
    value: { kind: 'hours', text, windows: windows.map(([start = 0, end = 0]) => ({ start, end })) },
  })
})

test('hours without a day are every day', () => {
  const result = parseOnline('22:00-06:00')
  expect(result.ok && result.value.kind === 'hours' ? result.value.windows.length : 0).toBe(7)
  expect(result.ok && result.value.kind === 'hours' ? result.value.windows.at(-1) : null).toEqual({
    start: at(6, 22),
    end: at(0, 6),
  })
})

test.each(['always', 'on_demand'])('%s is a word of its own', (word) => {
  expect(parseOnline(word)).toEqual({ ok: true, value: { kind: word as 'always' } })
})

test.each([
  '',
  'Always',
  'Sa 20:00-Sun 08:00',
  'Sat 20:00',
  'Sat-Sun 20:00-Mon 08:00',
  'Sat 20:00-Sat 20:00',
  'Sat 20:00-Sun 08:00,',
])('refused: %s', (text) => {
  expect(parseOnline(text)).toMatchObject({ ok: false })
})

test.each<[string, string, number]>([
  ['Sat 20:00-Sun 08:00', 'UTC', 156],
  ['Sat 20:00-Sun 08:00', 'Europe/Berlin', 157],
  ['22:00-06:00', 'UTC', 16],
  ['Mon-Fri 22:00-06:00', 'UTC', 64],
  ['Sun 22:00-Mon 04:00', 'UTC', 162],
  ['Sat 20:00-Sun 08:00, Wed 20:00-23:00', 'UTC', 84],
  ['Sat 00:00-Sun 24:00, Mon-Fri 00:00-24:00', 'Europe/Berlin', 0],
])('the longest time between windows of %s in %s', (text, zone, hours) => {
  const result = parseOnline(text)
  const windows = result.ok && result.value.kind === 'hours' ? result.value.windows : []
  expect(longestGapSeconds(windows, zone)).toBe(hours * 3600)
})

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
