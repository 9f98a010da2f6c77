import { describe, expect, test } from 'bun:test'
import { instantOf, localTime, weekTime } from './zoned-time.ts'

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
