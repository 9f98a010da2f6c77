import { describe, expect, test } from 'bun:test'
import { iso, isoMillis, isoOrNull, isoSeconds } from '#lib/text/words.ts'
import { decodeCursor, encodeCursor, Moment } from './fields.ts'

describe('times in answers', () => {
  test.each([
    [0, '1970-01-01T00:00:00Z'],
    [1_764_945_130_999, '2025-12-05T14:32:10Z'],
    [Number.MAX_VALUE, '9999-12-31T23:59:59Z'],
    [-5, '1970-01-01T00:00:00Z'],
    [Number.NaN, '1970-01-01T00:00:00Z'],
  ])('%p ms is %s', (ms, text) => expect(iso(ms)).toBe(text))

  test('snapshots count seconds', () => expect(isoSeconds(1_764_945_130)).toBe('2025-12-05T14:32:10Z'))
  test('logs keep milliseconds', () => expect(isoMillis(1_764_945_130_999)).toBe('2025-12-05T14:32:10.999Z'))
  test('not known stays not known', () => expect(isoOrNull(null)).toBeNull())
})

describe('times in requests', () => {
  test.each(['2026-11-22T14:32:10Z', '2026-11-22T15:32:10+01:00'])('%s is taken', (text) =>
    expect(Moment.safeParse(text).success).toBe(true),
  )
  test.each(['2026-11-22', 'tomorrow', '1764945130'])('%s is not', (text) =>
    expect(Moment.safeParse(text).success).toBe(false),
  )
})

test('what went in comes out', () => {
  const key = [3, 'hq10-7.L1S4DAT1', null]
  expect(decodeCursor('datasets', 3, encodeCursor('datasets', key))).toEqual(key)
})

test.each([
  ['another list', encodeCursor('snapshots', [1])],
  ['another order', encodeCursor('datasets', [1, 2])],
  ['no JSON', 'zzzz'],
  ['other JSON', Buffer.from('{"a":1}').toString('base64url')],
  ['objects inside', Buffer.from('["datasets",{}]').toString('base64url')],
])('%s is a bad cursor', (_, cursor) => {
  expect(() => decodeCursor('datasets', 1, cursor)).toThrow('Leave it out')
})
