import { expect, test } from 'bun:test'
import { skew } from './probe.ts'

test.each([
  ['the same', 1000, 1_000_200, 1_003_000, 0],
  ['within the length of the session', 1003, 1_000_200, 1_003_000, 0],
  ['a second for rounding', 999, 1_000_200, 1_003_000, 0],
  ['ahead, a little perhaps', 1014, 1_000_200, 1_003_000, 10],
  ['ahead beyond doubt: as far as it can be, so that no age is too short', 1604, 1_000_200, 1_003_000, 605],
  ['ahead beyond doubt, in a session of ten minutes', 4600, 1_000_200, 1_600_000, 3601],
  ['behind', 399, 1_000_200, 1_003_000, -600],
])('skew: %s', (_name, hostClock, began, ended, wanted) => {
  expect(skew(hostClock, began, ended)).toBe(wanted)
})
