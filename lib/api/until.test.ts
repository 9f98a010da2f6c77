import { expect, test } from 'bun:test'
import { untilOf } from './until.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

test.each([
  [{}, null],
  [{ seconds: 60 }, NOW + 60_000],
  [{ until: '2026-11-22T12:00:01Z' }, NOW + 1000],
  [{ until: '2026-11-22T14:00:00+01:00' }, NOW + 3_600_000],
])('%p', (input, end) => expect(untilOf(input, NOW)).toBe(end))

test.each([
  [{ seconds: 60, until: '2026-11-23T00:00:00Z' }, 'not both'],
  [{ until: '2026-11-22T12:00:00Z' }, 'is over'],
])('%p is refused', (input, because) => expect(() => untilOf(input, NOW)).toThrow(because))
