import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseSnapshotListing } from './snapshot-listing.ts'

const label = fc.stringMatching(/^[A-Za-z0-9_.: -]{1,20}$/)
const uint64 = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })
const row = fc.record({ label, guid: uint64, txg: uint64, creation: fc.nat(), holds: fc.nat(9) })

test('whatever a host may hold comes back exactly, in the order of createtxg', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
      const text = rows
        .map((r) => `p/a@${r.label}\tsnapshot\t${r.guid}\t${r.txg}\t${r.creation}\t${r.holds}\n`)
        .join('')
      const listing = parseSnapshotListing(text, ['p/a'])
      const wanted = rows
        .map((r) => ({ name: r.label, guid: `${r.guid}`, createtxg: r.txg, creation: r.creation, holds: r.holds }))
        .sort((a, b) => (a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0))
      expect(listing.fault === null && listing.datasets.get('p/a')?.snapshots).toEqual(wanted)
    }),
  )
})

test('a listing that was cut anywhere but at a line end is never taken for a shorter one', () => {
  const text = 'p/a@1\tsnapshot\t1\t1\t1\t0\np/a@2\tsnapshot\t2\t2\t1\t10\n'
  for (let end = 1; end < text.length; end++)
    expect(parseSnapshotListing(text.slice(0, end), ['p/a']).fault === null).toBe(text[end - 1] === '\n')
})

test('no text makes it throw', () => {
  const noise = fc.array(
    fc.constantFrom('p/a', '@', '#', '\t', '\n', 'snapshot', 'bookmark', '1', '-', '\u0000', 'é'),
    { maxLength: 40 },
  )
  fc.assert(fc.property(noise, (parts) => void parseSnapshotListing(parts.join(''), ['p/a'])))
})
