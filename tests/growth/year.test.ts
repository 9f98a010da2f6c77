import { expect, test } from 'bun:test'
import { liveThrough } from './year.ts'

/*
 * 500 MB are for 200 datasets and a year. Here it is a year of one dataset, pruned once a week, so that every kind of row comes to the end of
 * its time; it may take its share. The whole of it: bun tests/growth/year.ts 200 365.
 */
const SHARE = 500e6 / 200
/** What a witness of no dataset would have written: its checks, its invocations, an empty schema. */
const ANYHOW = 1.5e6

test(
  'a year of hourly checks and repairs takes its share of 500 MB, whatever comes after it',
  async () => {
    const year = await liveThrough(1, 364, 7)
    expect(year.repairs).toBe(364 * 24)
    expect(year.bytes).toBeLessThan(SHARE + ANYHOW)
    // Of repairs only the youngest are rows of their own: the number of these does not follow the length of the year.
    expect(year.rows.run).toBeLessThan(24 * 10 + 15 * 24 + 400)
    // What policy repaired well is a run for ever, and in the audit for a month.
    expect(year.rows.audit).toBeLessThanOrEqual(24 * 32)
  },
  20 * 60_000,
)
