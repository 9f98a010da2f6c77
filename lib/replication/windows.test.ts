import { describe, expect, test } from 'bun:test'
import { inRepairWindow, nextRepairWindow } from './windows.ts'

const ZONE = 'Europe/Berlin'
const at = (iso: string) => Date.parse(iso)

describe('repair window', () => {
  const night = { start: 22 * 60, end: 6 * 60, text: '22:00-06:00' }
  const office = { start: 9 * 60, end: 17 * 60, text: '09:00-17:00' }
  test.each([
    [night, '2026-11-22T23:00+01:00', true],
    [night, '2026-11-22T05:59+01:00', true],
    [night, '2026-11-22T06:00+01:00', false],
    [office, '2026-11-22T09:00+01:00', true],
    [office, '2026-11-22T17:00+01:00', false],
    [null, '2026-11-22T17:00+01:00', true],
  ])('%p at %p: %p', (window, now, open) => {
    expect(inRepairWindow(window, at(now), ZONE)).toBe(open)
  })

  test('on the day that skips its hour it does not open', () => {
    const skipped = { start: 120, end: 180, text: '02:00-03:00' }
    const opens = nextRepairWindow(skipped, at('2026-03-28T12:00+01:00'), ZONE)
    expect(opens).toBe(at('2026-03-30T02:00+02:00'))
  })

  test('says when it opens next, today or tomorrow', () => {
    expect(nextRepairWindow(night, at('2026-11-22T12:00+01:00'), ZONE)).toBe(at('2026-11-22T22:00+01:00'))
    expect(nextRepairWindow(office, at('2026-10-24T18:00+02:00'), ZONE)).toBe(at('2026-10-25T09:00+01:00'))
    expect(nextRepairWindow(office, at('2026-11-22T12:00+01:00'), ZONE)).toBeNull()
  })
})
