import { describe, expect, test } from 'bun:test'
import { NOW } from '#lib/replication/testing/world.ts'
import { bytesText, durationText, iso, isoMillis, isoOrNull, isoSeconds, isoStamp, relativeTime } from './words.ts'
import { zonedMinute } from './zoned-time.ts'

const MIN = 60
const H = 3600
const D = 86_400

describe('durations', () => {
  test.each([
    [0, '0 s'],
    [0.9, '0 s'],
    [40, '40 s'],
    [4 * MIN + 20, '4 min 20 s'],
    [15 * MIN, '15 min'],
    [7 * H + 58 * MIN, '7 h 58 min'],
    [31 * H, '31 h'],
    [47 * H + 59 * MIN + 59, '47 h 59 min'],
    [2 * D, '48 h'],
    [72 * H, '72 h'],
    [72 * H + 1, '3 d'],
    [3 * D + 4 * H + 59 * MIN, '3 d 4 h'],
    [26 * D, '26 d'],
    [H + 5, '1 h'],
  ])('%p s: %s', (seconds, text) => expect(durationText(seconds)).toBe(text))
})

describe('how long ago', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  test.each([
    [0, 'just now'],
    [-40, '40 s ago'],
    [-119, '1 min ago'],
    [-5 * H, '5 h ago'],
    [-30 * H, '30 h ago'],
    [-49 * H, '49 h ago'],
    [-76 * H, '3 d ago'],
    [4 * MIN, 'in 4 min'],
  ])('%p s: %s', (seconds, text) => expect(relativeTime(now + seconds * 1000, now)).toBe(text))
})

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1.2 * 2 ** 20, '1.2 MiB'],
    [412 * 2 ** 30, '412 GiB'],
    [1023.9 * 2 ** 30, '1 TiB'],
    [9.1 * 2 ** 40, '9.1 TiB'],
    [9.99 * 2 ** 40, '10 TiB'],
    [14.2 * 2 ** 40, '14.2 TiB'],
    [99.96 * 2 ** 30, '100 GiB'],
    ['9223372036854775808', '8 EiB'],
  ])('%p: %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))
})

test('moments', () => {
  const at = Date.parse('2026-11-22T14:32:10.5Z')
  expect(iso(at)).toBe('2026-11-22T14:32:10Z')
  expect(isoMillis(at)).toBe('2026-11-22T14:32:10.500Z')
  expect(isoStamp(at)).toBe('20261122T143210Z')
  expect(isoSeconds(253_402_300_800)).toBe('9999-12-31T23:59:59Z')
  expect(isoOrNull(null)).toBeNull()
})

describe('words', () => {
  test.each([
    [0, '0 s'],
    [40, '40 s'],
    [260, '4 min 20 s'],
    [900, '15 min'],
    [52 * 3600, '52 h'],
    [72 * 3600, '72 h'],
    [76 * 3600, '3 d 4 h'],
    [26 * 86400, '26 d'],
  ])('%p seconds are %p', (seconds, expected) => {
    expect(durationText(seconds)).toBe(expected)
  })

  test.each([
    [512, '512 B'],
    [1.2 * 2 ** 20, '1.2 MiB'],
    [12 * 2 ** 20, '12 MiB'],
    [412 * 2 ** 30, '412 GiB'],
    [9.1 * 2 ** 40, '9.1 TiB'],
  ])('%p bytes are %p', (bytes, expected) => {
    expect(bytesText(bytes)).toBe(expected)
  })

  test('times are said in the given zone', () => {
    expect(zonedMinute(NOW, 'UTC')).toBe('2026-11-22 12:00')
    expect(zonedMinute(NOW, 'America/New_York')).toBe('2026-11-22 07:00')
  })

  test.each([9e15, 1.8e22, Number.POSITIVE_INFINITY, Number.NaN, -1e300])(
    'what a SAN calls a date may be any number: %p is said without an exception',
    (ms) => expect(zonedMinute(ms, 'UTC')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
  )
})
