import { expect, test } from 'bun:test'
import { isTooFine, lagPoint, stepFor } from './lag.ts'

const HOUR = 3_600_000

test.each([
  [HOUR, 60],
  [24 * HOUR, 900],
  [7 * 24 * HOUR, 3600],
  [30 * 24 * HOUR, 6 * 3600],
  [365 * 24 * HOUR, 2 * 86_400],
])('a span of %p ms is shown in steps of %p s', (span, step) => {
  expect(stepFor(span)).toBe(step)
  expect(isTooFine(span, stepFor(span))).toBe(false)
})

test('a month by the minute is too fine', () => expect(isTooFine(30 * 24 * HOUR, 60)).toBe(true))

test('a word of an older version is unknown, not healthy', () => {
  expect(lagPoint({ at: 0, delaySeconds: 1, lagSeconds: 2, health: 'PURPLE' }).health).toBe('UNKNOWN')
})
