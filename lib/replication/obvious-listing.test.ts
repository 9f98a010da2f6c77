import { describe, expect, test } from 'bun:test'
import { listSnapshots } from '#lib/zfs/read-commands.ts'
import { parseSnapshotListing } from '#lib/zfs/snapshot-listing.ts'
import { compare, divergenceOf } from './compare.ts'
import { type Cells, listing, type Row, sideFrom } from './testing/listing.ts'
import { inventoryOf, MISSING, NOW, planned, policyOf, tokenOf, unreachable } from './testing/world.ts'
import type { Comparison } from './types/inventory.ts'

/*
 * What the obvious listing (`zfs list -t snapshot -r -o name,creation` on both sides, matched by name, ordered by
 * creation) gets wrong: each row is a case, told in the text that ZFS prints. Columns: name type guid createtxg creation
 * userrefs, split on tabs.
 */
const P = 'hqs8p1/DAT1'
const B = 'hqs1p1/DAT1'
const now = NOW / 1000

const primary = (rows: readonly Row[]) => sideFrom(P, listing(P, rows))
const backup = (rows: readonly Row[], over?: Cells) => sideFrom(B, listing(B, rows), over)
const compared = (here: readonly Row[], there: readonly Row[]): Comparison =>
  compare(primary(here), backup(there), { include: [], exclude: [], minAgeSeconds: 0 }, now)
const names = (refs: readonly { readonly name: string }[]) => refs.map((ref) => ref.name)

describe('what the obvious listing gets wrong', () => {
  test('row 1: the source was made anew with snapshots of the same names: nothing is in common', () => {
    const result = compared(
      [
        ['@s1', '11', 100, 3],
        ['@s2', '12', 110, 2],
      ],
      [
        ['@s1', '1', 5, 9],
        ['@s2', '2', 6, 8],
      ],
    )
    expect(result.base).toBeNull()
    expect(names(result.clashes)).toEqual(['s1', 's2'])
  })

  test('row 2: a target snapshot was made anew under the name of one that is to be sent: a clash, not "already there"', () => {
    const result = compared(
      [
        ['@s1', '1', 100, 3],
        ['@s2', '2', 110, 2],
      ],
      [
        ['@s1', '1', 5, 3],
        ['@s2', '99', 6, 2],
      ],
    )
    expect(result.base?.name).toBe('s1')
    expect(result.clashes).toEqual([{ name: 's2', primaryGuid: '2', backupGuid: '99' }])
    expect(names(result.behind)).toEqual(['s2'])
  })

  test('row 3: a renamed source snapshot is still the common one', () => {
    const result = compared(
      [
        ['@weekly-1', '1', 100, 3],
        ['@hourly-2', '2', 110, 2],
      ],
      [['@hourly-1', '1', 5, 3]],
    )
    expect(result.base).toMatchObject({ name: 'weekly-1', backupName: 'hourly-1' })
    expect(names(result.behind)).toEqual(['hourly-2'])
  })

  test("row 4: a child's snapshots in the answer are a fault, never snapshots of the parent", () => {
    const answer = `${listing(P, [['@p1', '1', 100, 3]])}${listing(`${P}/child`, [['@p9', '9', 110, 2]])}`
    expect(parseSnapshotListing(answer, [P]).fault).not.toBeNull()
  })

  test('row 5: snapshots of one second are told apart by createtxg', () => {
    const result = compared(
      [
        ['@a', '1', 100, 3],
        ['@b', '2', 101, 3],
        ['@c', '3', 102, 3],
      ],
      [
        ['@a', '1', 5, 3],
        ['@b', '2', 6, 3],
      ],
    )
    expect(result.base?.name).toBe('b')
    expect(names(result.behind)).toEqual(['c'])
  })

  test('row 6: a clock that was set back does not make the newest snapshot an old one', () => {
    const result = compared(
      [
        ['@a', '1', 100, 3],
        ['@b', '2', 101, 50],
      ],
      [['@a', '1', 5, 3]],
    )
    expect(result.newestPrimary?.name).toBe('b')
    expect(names(result.behind)).toEqual(['b'])
  })

  test('row 7: dates and sizes written for people are refused, not guessed at', () => {
    const line = `${P}@s1\tsnapshot\t1\t100\tSun Nov 22  9:13 2026\t0\n`
    expect(parseSnapshotListing(line, [P]).fault?.reason).toContain('creation')
  })

  test('row 8: a bookmark of the lost base is a base', () => {
    const result = compared(
      [
        ['#b1', '1', 100, 3],
        ['@s2', '2', 110, 2],
      ],
      [['@s1', '1', 5, 3]],
    )
    expect(result.base).toMatchObject({ kind: 'bookmark', name: 'b1', backupName: 's1' })
  })

  test('row 9: a newer snapshot that only the target has stands in the way', () => {
    const inventory = inventoryOf(
      primary([
        ['@s1', '1', 100, 3],
        ['@s2', '2', 110, 2],
      ]),
      backup([
        ['@s1', '1', 5, 3],
        ['@own', '7', 6, 2],
      ]),
    )
    const plan = planned(inventory)
    expect(plan.kind).toBe('SET_ASIDE_REWIND')
    expect(plan.steps[0]).toMatchObject({ kind: 'commands', role: 'clone' })
  })

  test('row 10: a newer snapshot that only the target has, without any change, blocks a raw send and no other', () => {
    const inventory = inventoryOf(
      primary([
        ['@s1', '1', 100, 3],
        ['@s2', '2', 110, 2],
      ]),
      backup([
        ['@s1', '1', 5, 3],
        ['@own', '7', 6, 2],
      ]),
      { writtenSinceBase: 0 },
    )
    const comparison = compared(
      [
        ['@s1', '1', 100, 3],
        ['@s2', '2', 110, 2],
      ],
      [
        ['@s1', '1', 5, 3],
        ['@own', '7', 6, 2],
      ],
    )
    expect(planned(inventory).kind).toBe('INCREMENTAL')
    expect(divergenceOf(inventory, comparison, false)).toMatchObject({ ahead: false, harmlessExtra: true })
    expect(divergenceOf(inventory, comparison, true)).toMatchObject({ ahead: true, harmlessExtra: false })
  })

  test('row 11: a dataset with a stored partial receive and no snapshot is resumed, not seeded again', () => {
    const token = '1-abc-80-789c'
    const facts = tokenOf({ name: 's1', guid: '1' })
    const inventory = inventoryOf(primary([['@s1', '1', 100, 3]]), backup([], { token }), { token: facts })
    expect(planned(inventory).kind).toBe('RESUME')
  })

  test('row 12: a listing that failed is not an empty one', () => {
    expect(parseSnapshotListing(`${P}@s1\tsnapsh`, [P]).fault).not.toBeNull()
    const plan = planned(inventoryOf(primary([['@s1', '1', 100, 3]]), unreachable('hqs1')))
    expect(plan).toMatchObject({ kind: 'IMPOSSIBLE', steps: [], blocked: { code: 'UNKNOWN_STATE' } })
  })

  test('row 13: a pool that is not imported is not a missing dataset', () => {
    const gone = inventoryOf(primary([['@s1', '1', 100, 3]]), {
      state: 'pool-unavailable',
      pool: 'hqs1p1',
      health: 'not imported',
    })
    expect(planned(gone)).toMatchObject({ kind: 'IMPOSSIBLE', steps: [], blocked: { code: 'POOL_UNAVAILABLE' } })
    expect(planned(inventoryOf(primary([['@s1', '1', 100, 3]]), MISSING)).kind).toBe('SEED')
  })

  test('row 14: names with spaces do not shift the columns', () => {
    const dataset = 'hqs8p1/my data'
    const answer = parseSnapshotListing(listing(dataset, [['@snap 1', '1', 100, 3]]), [dataset])
    expect(answer.fault === null && answer.datasets.get(dataset)?.snapshots[0]).toMatchObject({
      name: 'snap 1',
      guid: '1',
    })
  })

  test('row 15: a filter hides nothing that could stand in the way', () => {
    const policy = policyOf({ snapshotInclude: ['daily-*'] })
    const inventory = inventoryOf(
      primary([
        ['@daily-1', '1', 100, 3],
        ['@daily-2', '2', 110, 2],
      ]),
      backup([
        ['@daily-1', '1', 5, 3],
        ['@by-hand', '7', 6, 2],
      ]),
    )
    expect(planned(inventory, { policy }).kind).toBe('SET_ASIDE_REWIND')
  })

  test('row 16: guids that a JavaScript number would make equal are two', () => {
    const [one, other] = ['16949630131570962030', '16949630131570962031']
    expect(Number(one)).toBe(Number(other))
    expect(compared([['@s1', one, 100, 3]], [['@s1', other, 5, 3]]).base).toBeNull()
  })

  test('row 17: the listing asks for the datasets themselves, not for a tree', () => {
    const argv = listSnapshots(['zfs'], [P])
    expect(argv).not.toContain('-r')
    expect(argv.join(' ')).toContain('-d 1')
  })

  test('row 18: createtxg of one pool says nothing in the other', () => {
    const result = compared(
      [
        ['@s1', '1', 9_000_000, 3],
        ['@s2', '2', 9_000_010, 2],
      ],
      [['@s1', '1', 12, 3]],
    )
    expect(names(result.behind)).toEqual(['s2'])
    const reversed = compared(
      [
        ['@s1', '1', 12, 3],
        ['@s2', '2', 13, 2],
      ],
      [['@s1', '1', 9_000_000, 3]],
    )
    expect(names(reversed.behind)).toEqual(['s2'])
    expect(reversed.backupAhead).toEqual([])
  })
})
