import { expect, test } from 'bun:test'
import { longestGapSeconds, parseDailyWindow, parseOnline } from './windows.ts'

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
