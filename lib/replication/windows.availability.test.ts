import { describe, expect, test } from 'bun:test'
import type { OnlinePolicy } from '#config/effective.ts'
import { availability, windowEnd } from './windows.ts'

const ZONE = 'Europe/Berlin'
const day = 24 * 60
/** Sat 20:00 – Sun 08:00, over no week's end. */
const saturday: OnlinePolicy = {
  kind: 'hours',
  text: 'Sat 20:00-Sun 08:00',
  windows: [{ start: 5 * day + 1200, end: 6 * day + 480 }],
}
/** Sun 22:00 – Mon 04:00, over the week's end. */
const overWeekEnd: OnlinePolicy = {
  kind: 'hours',
  text: 'Sun 22:00-Mon 04:00',
  windows: [{ start: 6 * day + 1320, end: 240 }],
}
const at = (iso: string) => Date.parse(iso)

describe('availability', () => {
  test('always is always expected, on_demand never', () => {
    expect(availability({ kind: 'always' }, at('2026-11-22T12:00Z'), ZONE).kind).toBe('expected')
    expect(availability({ kind: 'on_demand' }, at('2026-11-22T12:00Z'), ZONE)).toEqual({
      kind: 'planned-off',
      backAt: null,
      missedWindows: 0,
    })
  })

  test.each([
    ['inside', saturday, '2026-11-21T23:00+01:00', 'expected', null],
    ['at the first minute', saturday, '2026-11-21T20:00+01:00', 'expected', null],
    ['at the end, which is exclusive', saturday, '2026-11-22T08:00+01:00', 'planned-off', '2026-11-28T20:00+01:00'],
    ['before', saturday, '2026-11-21T19:59+01:00', 'planned-off', '2026-11-21T20:00+01:00'],
    ['over the end of the week, Sunday', overWeekEnd, '2026-11-22T23:00+01:00', 'expected', null],
    ['over the end of the week, Monday', overWeekEnd, '2026-11-23T03:59+01:00', 'expected', null],
    [
      'over the end of the week, after it',
      overWeekEnd,
      '2026-11-23T04:00+01:00',
      'planned-off',
      '2026-11-29T22:00+01:00',
    ],
    [
      'the next window lies behind the change to winter time',
      saturday,
      '2026-10-20T12:00+02:00',
      'planned-off',
      '2026-10-24T20:00+02:00',
    ],
    [
      'the next window lies behind the change to summer time',
      saturday,
      '2026-03-29T12:00+02:00',
      'planned-off',
      '2026-04-04T20:00+02:00',
    ],
  ])('%s', (_, policy, now, kind, backAt) => {
    expect(availability(policy, at(now), ZONE)).toEqual({
      kind: kind as 'expected',
      backAt: backAt === null ? null : at(backAt),
      missedWindows: 0,
    })
  })

  test('a window in the hour that a Sunday skips is none: not to be waited for, and not missed', () => {
    const night: OnlinePolicy = {
      kind: 'hours',
      text: 'Sun 02:00-03:00',
      windows: [{ start: 6 * day + 120, end: 6 * day + 180 }],
    }
    const saturday = at('2026-03-28T12:00+01:00')
    expect(availability(night, saturday, ZONE).backAt).toBe(at('2026-04-05T02:00+02:00'))
    expect(availability(night, at('2026-03-30T12:00+02:00'), ZONE, saturday).missedWindows).toBe(0)
    expect(availability(night, at('2026-04-06T12:00+02:00'), ZONE, saturday).missedWindows).toBe(1)
  })

  test('a window over the change of the clock ends by the clock on the wall: 13 hours in autumn, 11 in spring', () => {
    expect(windowEnd(saturday, at('2026-10-24T21:00+02:00'), ZONE)).toBe(at('2026-10-25T08:00+01:00'))
    expect(windowEnd(saturday, at('2026-03-28T21:00+01:00'), ZONE)).toBe(at('2026-03-29T08:00+02:00'))
  })

  test.each([
    ['seen in the last window: none missed', '2026-11-22T07:00+01:00', '2026-11-24T12:00+01:00', 0],
    ['a whole window without an answer', '2026-11-15T07:00+01:00', '2026-11-22T08:00+01:00', 1],
    ['the window is still open', '2026-11-15T07:00+01:00', '2026-11-22T07:59+01:00', 0],
    ['three of them', '2026-11-01T07:00+01:00', '2026-11-23T08:00+01:00', 3],
    ['seen while the window was open: it was not missed', '2026-11-21T20:30+01:00', '2026-11-23T08:00+01:00', 0],
  ])('%s', (_, seen, now, missed) => {
    expect(availability(saturday, at(now), ZONE, at(seen)).missedWindows).toBe(missed)
  })
})
