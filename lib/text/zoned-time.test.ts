import { describe, expect, test } from 'bun:test'
import { fullTime, instantOf, localTime, showTime, type TimeForm, weekTime } from './zoned-time.ts'

const NOW = Date.parse('2026-11-22T14:32:10Z')

test.each<[string, TimeForm, string, string]>([
  ['2026-11-22T14:31:30Z', 'relative', 'UTC', '40 s ago'],
  ['2026-11-10T00:00:00Z', 'relative', 'UTC', '10 Nov 00:00'],
  ['2025-12-05T05:00:00Z', 'relative', 'America/New_York', '5 Dec 2025 00:00'],
  ['2026-11-22T14:32:10Z', 'clock', 'Europe/Vienna', '15:32:10'],
  ['2026-06-01T22:30:00Z', 'minute', 'Europe/Vienna', '2 Jun 00:30'],
  ['2026-11-22T14:32:10Z', 'second', 'Asia/Kolkata', '22 Nov 20:02:10'],
])('%s as %s in %s: %s', (at, form, zone, text) => {
  expect(showTime(Date.parse(at), form, { zone, now: NOW })).toBe(text)
})

test('both zones', () => {
  const at = Date.parse('2025-12-05T05:00:00Z')
  expect(fullTime(at, 'America/New_York')).toBe('Fri 5 Dec 2025, 00:00:00 America/New_York (05:00 UTC)')
  expect(fullTime(at, 'UTC')).toBe('Fri 5 Dec 2025, 05:00:00 UTC')
})

const ZONE = 'Europe/Berlin'
const at = (iso: string) => Date.parse(iso)

describe('zoned time', () => {
  test('the minute of the week counts from Monday 00:00 of the zone', () => {
    expect(weekTime(at('2026-11-22T23:30Z'), ZONE).minute).toBe(30)
  })

  test('a time that the clock skips becomes the one after the gap; of a doubled one the first counts', () => {
    const local = (iso: string) => ({ day: localTime(at(iso), ZONE).day, minute: 150 })
    expect(instantOf(local('2026-03-29T12:00+02:00'), ZONE)).toBe(at('2026-03-29T03:30+02:00'))
    expect(instantOf(local('2026-10-25T12:00+01:00'), ZONE)).toBe(at('2026-10-25T02:30+02:00'))
  })
})
