import { expect, test } from 'bun:test'
import { skew } from './probe.ts'

test.each([
  ['the same', 1000, 1_000_200, 1_003_000, 0],
  ['within the length of the session', 1003, 1_000_200, 1_003_000, 0],
  ['a second for rounding', 999, 1_000_200, 1_003_000, 0],
  ['ahead', 1604, 1_000_200, 1_003_000, 600],
  ['behind', 399, 1_000_200, 1_003_000, -600],
])('skew: %s', (_name, hostClock, began, ended, wanted) => {
  expect(skew(hostClock, began, ended)).toBe(wanted)
})
