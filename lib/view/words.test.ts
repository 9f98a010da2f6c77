import { expect, test } from 'bun:test'
import { ageWords, type Connection } from './live-mark.tsx'
import { overlookedOf, overlookedWords } from './not-fresh.tsx'
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

test.each([
  [1, 64, '1 of 64 datasets was not looked at for two check intervals.'],
  [3, 64, '3 of 64 datasets were not looked at for two check intervals.'],
  [4, 4, 'None of 4 datasets was looked at for two check intervals.'],
  [1, 1, 'The dataset was not looked at for two check intervals.'],
])('%p of %p: %s', (count, total, words) => {
  expect(overlookedWords({ count, total, oldest: null })).toBe(words)
})

test('the oldest look is told; retired ones and those looked at in time are not counted', () => {
  const row = { name: 'a', stale: true, checkedAt: null as string | null, retired: false }
  const rows = [
    row,
    { ...row, name: 'b', checkedAt: '2026-11-22T10:00:00Z' },
    { ...row, name: 'c', checkedAt: '2026-11-22T09:00:00Z' },
    { ...row, name: 'd', checkedAt: '2026-11-22T08:00:00Z', stale: false },
    { ...row, name: 'e', checkedAt: '2026-11-22T07:00:00Z', retired: true },
  ]
  const oldest = { name: 'c', checkedAt: '2026-11-22T09:00:00Z' }
  expect(overlookedOf(rows)).toEqual({ count: 3, total: 4, oldest })
  expect(overlookedOf(rows.slice(3))).toBeNull()
})
