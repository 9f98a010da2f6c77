import { describe, expect, test } from 'bun:test'
import { formatBytes, formatClock, formatDuration, formatMinute, formatRelative } from './format.ts'

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
    [2 * D, '2 d'],
    [3 * D + 4 * H + 59 * MIN, '3 d 4 h'],
    [26 * D, '26 d'],
    [H + 5, '1 h'],
  ])('%p s: %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
})

describe('how long ago', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  test.each([
    [0, 'just now'],
    [-40, '40 s ago'],
    [-119, '1 min ago'],
    [-5 * H, '5 h ago'],
    [-30 * H, '30 h ago'],
    [-49 * H, '2 d ago'],
    [4 * MIN, 'in 4 min'],
  ])('%p s: %s', (seconds, text) => expect(formatRelative(now + seconds * 1000, now)).toBe(text))
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
    [2 ** 63, '8192 PiB'],
  ])('%p: %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

test('moments', () => {
  expect(formatMinute('2026-11-22T14:32:10Z')).toBe('2026-11-22 14:32')
  expect(formatClock(Date.parse('2026-11-22T14:32:10Z'))).toBe('14:32:10 UTC')
})
