import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  bookmarked,
  inventoryOf,
  MAPPING,
  MISSING,
  primarySide,
  taken,
  unreachable,
} from '#lib/replication/testing/world.ts'
import type { Inventory, Side } from '#lib/replication/types/inventory.ts'
import { anchorName } from '#lib/zfs/names.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { anchorsOf, removalScript } from './anchors.ts'

const a = taken('a', 40)
const b = taken('b', 30)
const c = taken('c', 20)
const d = taken('d', 10)
const anchor = (snapshot: SnapshotEntry) => bookmarked(snapshot, anchorName(snapshot.guid))

/** Every one anchored on the primary; which of the snapshots are still there, and which the backup has. */
function world(anchored: readonly SnapshotEntry[], here: readonly SnapshotEntry[], backup: Side): Inventory {
  return inventoryOf(primarySide(here, anchored.map(anchor)), backup)
}
const uses = (...inventories: readonly Inventory[]) =>
  Object.fromEntries(
    (anchorsOf(inventories)?.anchors ?? []).map(({ guid, use }) => [
      [a, b, c, d].find((each) => each.guid === guid)?.name,
      use,
    ]),
  )

describe('what an anchor is there for', () => {
  test.each<[string, Inventory, Record<string, string>]>([
    [
      'the newest common one is needed, older ones are not',
      world([a, b], [a, b, c], backupSide([a, b])),
      { a: 'SUPERSEDED', b: 'NEEDED' },
    ],
    ['its snapshot gone, it is the base', world([a, b], [c], backupSide([a, b])), { a: 'SUPERSEDED', b: 'NEEDED' }],
    [
      'the newest one is kept as long as the base itself has none',
      world([a, b], [a, b, c], backupSide([a, b, c])),
      { a: 'SUPERSEDED', b: 'NEEDED' },
    ],
    ['one that has not arrived yet waits', world([b, d], [b, d], backupSide([a, b])), { b: 'NEEDED', d: 'PENDING' }],
    ['one that never arrived and was passed by', world([b], [a, b, c], backupSide([a, c])), { b: 'SUPERSEDED' }],
    ['nothing in common: whatever may still arrive', world([b], [b], backupSide([])), { b: 'PENDING' }],
    ['no backup yet: a seed begins with it', world([a], [a, b], MISSING), { a: 'PENDING' }],
    ['a backup that could not be read', world([a], [a, b], unreachable('hqs1')), { a: 'UNKNOWN' }],
  ])('%s', (_, inventory, expected) => expect(uses(inventory)).toEqual(expected))

  test("a bookmark that is not ours is not shown, nor one that only has an anchor's name", () => {
    const fake = { ...bookmarked(b), name: anchorName(a.guid) }
    const inventory = inventoryOf(primarySide([a, b], [bookmarked(a, 'mine'), fake]), backupSide([a]))
    expect(anchorsOf([inventory])?.anchors).toEqual([])
  })

  test('with two backups it goes only when neither needs it, and stays while one is not known', () => {
    const second = (backup: Side): Inventory => ({
      ...world([a, b], [a, b, c], backup),
      mapping: { ...MAPPING, id: 'second', backup: { host: 'hqs7', dataset: 'hqs7p1/DAT1' } },
    })
    const first = world([a, b], [a, b, c], backupSide([a, b]))
    expect(uses(first, second(backupSide([a])))).toEqual({ a: 'NEEDED', b: 'NEEDED' })
    expect(uses(first, second(backupSide([a, b])))).toEqual({ a: 'SUPERSEDED', b: 'NEEDED' })
    expect(uses(first, second(unreachable('hqs7')))).toEqual({ a: 'UNKNOWN', b: 'NEEDED' })
  })

  test('a primary that could not be read is not known: that is not "none"', () => {
    expect(anchorsOf([inventoryOf(unreachable('hqs8'), backupSide([a]))])).toBeNull()
    expect(anchorsOf([])).toBeNull()
  })
})

test('the script has a line for each superseded one of that SAN, and says why the others stay', () => {
  const { anchors = [] } = anchorsOf([world([a, b], [b, c], backupSide([a, b]))]) ?? {}
  const script = removalScript('hqs8', anchors, '2026-11-22T12:00:00Z')
  expect(script).toContain(`\nremove_anchor 'hqs8p1/DAT1#${anchorName(a.guid)}' '${a.guid}'\n`)
  expect(script.match(/^remove_anchor /gm)).toHaveLength(1)
  expect(script).toContain('of a snapshot that is gone')
  expect(script).toContain('left alone: An incremental to hqs1 starts from it.')
  expect(removalScript('hqs10', anchors, 'now')).not.toMatch(/^remove_anchor /m)
})
