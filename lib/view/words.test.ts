import { expect, test } from 'bun:test'
import { ageWords, type Connection } from './live-mark.tsx'
import { progressWords } from './run-progress.tsx'

const AS_OF = Date.parse('2026-11-22T14:32:10Z')

test.each<[Connection, string]>([
  ['page', '14:32:10'],
  ['live', 'data as of 14:32:10'],
  ['reconnecting', 'data as of 14:32:10'],
  ['offline', 'showing data from 14:32:10 (6 min ago)'],
])('%s: %s', (connection, text) => {
  expect(ageWords({ connection, asOf: AS_OF, now: AS_OF + 360_000 }, 'UTC')).toBe(text)
})

test.each([
  [{ bytesTotal: 2 ** 31, rate: 2 ** 20, etaSeconds: 660 }, '1 GiB of about 2 GiB · 1 MiB/s · 11 min left'],
  [{ bytesTotal: null, rate: null, etaSeconds: null }, '1 GiB'],
])('%p: %s', (known, text) => {
  expect(progressWords({ bytesDone: 2 ** 30, ...known })).toBe(text)
})
