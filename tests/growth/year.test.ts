import { expect, test } from 'bun:test'
import { liveThrough } from './year.ts'

/*
 * 500 MB are for 200 datasets and a year. Here it is a year of a few datasets, so that every kind of row comes to the end of
 * its time; each dataset may take its share. The whole of it: bun tests/growth/year.ts 200 365.
 */
const SHARE = 500e6 / 200

test(
  'a year of hourly checks and repairs takes its share of 500 MB, whatever comes after it',
  async () => {
    const year = await liveThrough(2, 365)
    expect(year.repairs).toBe(2 * 365 * 24)
    expect(year.mostBytes).toBeLessThan(2 * SHARE)
    // Of repairs only the youngest are rows of their own: the number of these does not follow the length of the year.
    expect(year.rows.run).toBeLessThan(2 * 24 * 4 + 14 * 24 + 400)
    // What policy repaired well is a run for ever, and in the audit for a month.
    expect(year.rows.audit).toBeLessThanOrEqual(2 * 24 * 32)
  },
  20 * 60_000,
)
