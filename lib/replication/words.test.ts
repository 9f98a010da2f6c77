import { describe, expect, test } from 'bun:test'
import { NOW } from './testing/world.ts'
import { sayBytes, sayDuration, sayTime } from './words.ts'

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
    expect(sayDuration(seconds)).toBe(expected)
  })

  test.each([
    [512, '512 B'],
    [1.2 * 2 ** 20, '1.2 MiB'],
    [12 * 2 ** 20, '12 MiB'],
    [412 * 2 ** 30, '412 GiB'],
    [9.1 * 2 ** 40, '9.1 TiB'],
  ])('%p bytes are %p', (bytes, expected) => {
    expect(sayBytes(bytes)).toBe(expected)
  })

  test('times are said in the given zone', () => {
    expect(sayTime(NOW, 'UTC')).toBe('2026-11-22 12:00')
    expect(sayTime(NOW, 'America/New_York')).toBe('2026-11-22 07:00')
  })

  test.each([9e15, 1.8e22, Number.POSITIVE_INFINITY, Number.NaN, -1e300])(
    'what a SAN calls a date may be any number: %p is said without an exception',
    (ms) => expect(sayTime(ms, 'UTC')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
  )
})
