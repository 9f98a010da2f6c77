import { describe, expect, test } from 'bun:test'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import { ListingCache } from './listing-cache.ts'

const facts = (change: Partial<DatasetFacts> = {}): DatasetFacts => ({
  name: 'tank/a',
  type: 'filesystem',
  guid: '11',
  createtxg: 1n,
  origin: null,
  snapshotsChanged: 1000,
  receiveResumeToken: null,
  written: 0,
  used: 0,
  referenced: 0,
  available: 0,
  readonly: true,
  mounted: false,
  encryption: 'off',
  encryptionRoot: null,
  keyStatus: null,
  ...change,
})
const listing = { snapshots: [], bookmarks: [], bytes: 0 }
const NOW = 5_000_000
const HOUR = 3600_000

describe('a listing still holds', () => {
  const cases: readonly [
    string,
    {
      clock?: number | null
      now?: Partial<DatasetFacts>
      host?: string
      later?: number
      /** How much less has gone by on the host, seconds. */
      back?: number
      kept?: boolean
      first?: Partial<DatasetFacts>
    },
  ][] = [
    ['while the host says that nothing changed', { kept: true }],
    ['not under another name: it is listed once more', { now: { name: 'tank/renamed' } }],
    ['not when snapshots_changed moved', { now: { snapshotsChanged: 1001 } }],
    ['not when it went back (a rollback within a clock step)', { now: { snapshotsChanged: 999 } }],
    ['not when the origin changed: a promoted clone owns other snapshots', { now: { origin: 'tank/b@s' } }],
    ['not for another dataset of the same name', { now: { guid: '12' } }],
    ['not for another host', { host: 'other' }],
    ['not when the host does not say (`-`)', { now: { snapshotsChanged: null } }],
    ['not when it changed in the second of the listing', { clock: 1000 }],
    ['not when it changed two seconds before the listing', { clock: 1002 }],
    ['when it changed three seconds before', { clock: 1003, kept: true }],
    ["not without the host's own clock", { clock: null }],
    ['not when the host’s clock was set back by more than has gone by since', { back: 3700 }],
    ['not when it was set back by a minute: the same second may come again', { back: 60 }],
    ['when it is a little slow', { back: 20, kept: true }],
    ['when it was set forward', { back: -7200, kept: true }],
    ['not after a day: bookmarks and holds do not move it', { later: 25 * HOUR }],
  ]
  test.each(cases)(
    '%s',
    (_name, { clock = 2000, now = {}, host = 'h', later = HOUR, back = 0, kept = false, first = {} }) => {
      const cache = new ListingCache()
      cache.put('h', facts(first), listing, clock, NOW)
      const clockNow = (clock ?? 2000) + later / 1000 - back
      expect(cache.get(host, facts(now), clockNow, NOW + later)).toBe(kept ? listing : null)
    },
  )

  test('a listing that cannot be trusted takes the one before it away', () => {
    const cache = new ListingCache()
    cache.put('h', facts(), listing, 2000, NOW)
    cache.put('h', facts({ snapshotsChanged: 2999 }), listing, 3000, NOW)
    expect(cache.get('h', facts(), 2000, NOW)).toBeNull()
  })
})

test('it keeps nothing of datasets that are gone: a year of ten thousand that come and go', () => {
  const cache = new ListingCache()
  let most = 0
  for (let hour = 0; hour < 24 * 365; hour++) {
    const now = NOW + hour * HOUR
    const clock = 5000 + hour * 3600
    cache.put('hqs8', facts({ name: `tank/a${hour}` }), listing, clock, now)
    cache.put('hqs8', facts({ name: 'tank/stays' }), listing, clock, now)
    most = Math.max(most, cache.size)
  }
  expect(most).toBeLessThan(30)
  expect(cache.get('hqs8', facts({ name: 'tank/stays' }), 5000 + 24 * 365 * 3600, NOW + 24 * 365 * HOUR)).toEqual(
    listing,
  )
})

describe('what a host answers does not make it grow', () => {
  const rows = (count: number) => ({
    snapshots: Array.from({ length: count }, (_, index) => ({
      name: `s${index}`,
      guid: String(index + 1),
      createtxg: BigInt(index),
      creation: index,
      holds: 0,
    })),
    bookmarks: [],
    bytes: count * 300,
  })

  test('another guid at each look takes the place of the one before', () => {
    const cache = new ListingCache()
    for (let look = 0; look < 40; look++)
      cache.put('h', facts({ guid: String(look + 1) }), listing, 2000 + look, NOW + look)
    expect(cache.size).toBe(1)
    expect(cache.get('h', facts({ guid: '39' }), 2100, NOW + 50)).toBeNull()
    expect(cache.get('h', facts({ guid: '40' }), 2100, NOW + 50)).toBe(listing)
  })

  test('other children of a root at each look: those that are gone are forgotten', () => {
    const cache = new ListingCache()
    for (let look = 0; look < 40; look++) {
      const now = new Set(['tank/a', `tank/r/kid${look}`])
      cache.looked('h', now.size, (name) => !now.has(name) && name.startsWith('tank/r/'))
      for (const name of now) cache.put('h', facts({ name }), listing, 2000, NOW)
    }
    expect(cache.size).toBe(2)
  })

  test('beyond what one look may bring, what was listed longest ago goes; of other hosts nothing does', () => {
    const cache = new ListingCache()
    const many = rows(100_000)
    cache.put('other', facts(), listing, 2000, NOW)
    cache.looked('h', 2, () => false)
    for (let index = 0; index < 6; index++) cache.put('h', facts({ name: `tank/${index}` }), many, 2000, NOW)
    const kept = [0, 1, 2, 3, 4, 5].filter((index) => cache.get('h', facts({ name: `tank/${index}` }), 2001, NOW + 9))
    expect(kept).toEqual([4, 5])
    expect(cache.get('other', facts(), 2001, NOW + 9)).toBe(listing)
    // A look at a thousand leaves room for all that they may have, also when only one is looked at after it.
    cache.looked('h', 1000, () => false)
    cache.looked('h', 1, () => false)
    for (let index = 0; index < 15; index++) cache.put('h', facts({ name: `tank/${index}` }), many, 2000, NOW)
    expect(cache.size).toBe(1 + 14)
  })
})
