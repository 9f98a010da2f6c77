import { expect, test } from 'bun:test'
import { isoSeconds, LAST_SECOND } from '#lib/text/words.ts'
import { parseCreations } from './answers.ts'
import { listBeside, parseBeside } from './dataset-listing.ts'
import { parseSnapshotListing } from './snapshot-listing.ts'

const row = (creation: number | string) => `tank/a@s\tsnapshot\t7\t9\t${creation}\t0\n`

test.each([LAST_SECOND + 1, 9_000_000_000_000, '18446744073709551615'])(
  'a listing that dates a snapshot %p is refused: no formatter of dates takes it',
  (creation) => {
    expect(parseSnapshotListing(row(creation), ['tank/a']).fault?.reason).toContain('creation')
    expect(parseCreations(`tank/a@s\t${creation}\n`)).toBeNull()
    expect(listBeside(['zfs'], ['tank/a']).join(' ')).toContain('name,type,guid,origin,creation')
    const beside = `tank/a\tfilesystem\t7\t-\t${creation}\t0\t0\ton\t-\t-\n`
    expect(parseBeside(beside, ['tank/a']).fault).not.toBeNull()
    expect(parseBeside(beside.replace(`${creation}`, '5'), ['tank/a']).fault).toBeNull()
  },
)

test('the last second of 9999 is a date', () => {
  expect(parseSnapshotListing(row(LAST_SECOND), ['tank/a']).fault).toBeNull()
  expect(isoSeconds(LAST_SECOND)).toBe('9999-12-31T23:59:59Z')
})

test.each([[Number.NaN], [-5], [1e300], [Number.POSITIVE_INFINITY]])(
  '%p is said as some date, without an exception',
  (seconds) => {
    expect(isoSeconds(seconds)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  },
)
