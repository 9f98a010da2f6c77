import { expect, test } from 'bun:test'
import { pastRate } from './estimate.ts'

const run = (mib: number, seconds: number | null) => ({
  bytes: mib * 1024 * 1024,
  startedAt: 1000,
  finishedAt: seconds === null ? null : 1000 + seconds * 1000,
})

test.each([
  ['nothing yet', [], null],
  ['too little moved to tell', [run(1, 100)], null],
  ['one that still runs', [run(100, null)], null],
  ['the clock was set back', [run(100, -5)], null],
  ['the median of what moved', [run(100, 10), run(100, 100), run(100, 1), run(1, 1)], 10 * 1024 * 1024],
] as const)('%s', (_, runs, rate) => expect(pastRate(runs)).toBe(rate))
