import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  comparisonOf,
  guidOf,
  inventoryOf,
  MISSING,
  planned,
  policyOf,
  primarySide,
  taken,
  unreachable,
} from '../testing/world.ts'
import type { Inventory } from '../types/inventory.ts'
import { whatChanged } from './stale.ts'

const a = taken('a', 90)
const b = taken('b', 30)
const c = taken('c', 20)
const seenThen = inventoryOf(primarySide([a, b, c]), backupSide([a]))
const shown = planned(seenThen)
const now = (inventory: Inventory, plan = shown) =>
  whatChanged(plan.expects, inventory, comparisonOf(inventory, policyOf()))

describe('a plan still holds', () => {
  test.each([
    ['nothing changed', seenThen],
    ['a newer snapshot came on the primary', inventoryOf(primarySide([a, b, c, taken('d', 1)]), backupSide([a]))],
    ['one between base and target went', inventoryOf(primarySide([a, c]), backupSide([a]))],
    [
      'a snapshot was renamed that no command names',
      inventoryOf(primarySide([a, { ...b, name: 'weekly' }, c]), backupSide([a])),
    ],
  ])('%s', (_, inventory) => {
    expect(now(inventory)).toBeNull()
  })
})

test('a plan still holds when retention prunes older snapshots on either side', () => {
  const older = taken('older', 200)
  const plan = planned(inventoryOf(primarySide([older, a, b]), backupSide([older, a])))
  expect(now(inventoryOf(primarySide([older, a, b]), backupSide([a])), plan)).toBeNull()
  expect(now(inventoryOf(primarySide([a, b]), backupSide([older, a])), plan)).toBeNull()
})

describe('a plan is stale, and says of what', () => {
  test.each([
    [
      'the target is gone',
      inventoryOf(primarySide([a, b]), backupSide([a])),
      '@c, which the plan needs, is no longer on hqs8.',
    ],
    [
      'the base is gone',
      inventoryOf(primarySide([b, c]), backupSide([a])),
      '@a, which the plan needs, is no longer on hqs8.',
    ],
    [
      'the target was made anew',
      inventoryOf(primarySide([a, b, { ...c, guid: guidOf('new') }]), backupSide([a])),
      '@c on hqs8 is another snapshot now.',
    ],
    [
      'the primary was made anew',
      inventoryOf(primarySide([a, b, c], [], { guid: '5' }), backupSide([a])),
      'hqs8p1/DAT1 on hqs8 is another dataset now.',
    ],
    [
      'the backup was made anew',
      inventoryOf(primarySide([a, b, c]), backupSide([a], { guid: '5' })),
      'hqs1p1/DAT1 on hqs1 is another dataset now.',
    ],
    ['the backup is gone', inventoryOf(primarySide([a, b, c]), MISSING), 'hqs1p1/DAT1 is no longer on hqs1.'],
    [
      'the backup took a snapshot',
      inventoryOf(primarySide([a, b, c]), backupSide([a, taken('own', 1)])),
      'hqs1 has a snapshot that was not there when the plan was made: @own.',
    ],
    [
      'somebody delivered part of it',
      inventoryOf(primarySide([a, b, c]), backupSide([a, b])),
      'The newest common snapshot is another one now (@b).',
    ],
    [
      'the backup was written to',
      inventoryOf(primarySide([a, b, c]), backupSide([a], { written: 9 })),
      'hqs1p1/DAT1 was written to since the plan was made.',
    ],
    [
      'a receive began',
      inventoryOf(primarySide([a, b, c]), backupSide([a], { receiveResumeToken: '1-a-1-aa' })),
      'A partial receive is in hqs1p1/DAT1 that was not there when the plan was made.',
    ],
    [
      'the backup cannot be seen',
      inventoryOf(primarySide([a, b, c]), unreachable('hqs1')),
      'hqs1 did not show hqs1p1/DAT1 this time.',
    ],
  ])('%s', (_, inventory, sentence) => {
    expect(now(inventory)).toBe(sentence)
  })

  test("the backup's own snapshots are no longer those that were shown", () => {
    const own = taken('own', 1)
    const plan = planned(inventoryOf(primarySide([a, b]), backupSide([a, own]), { writtenSinceBase: 0 }))
    expect(now(inventoryOf(primarySide([a, b]), backupSide([a])), plan)).toBe(
      'hqs1 no longer has all the snapshots that it had when the plan was made.',
    )
  })

  test('a seed is stale as soon as its place is taken', () => {
    const seed = planned(inventoryOf(primarySide([a]), MISSING))
    expect(now(inventoryOf(primarySide([a]), MISSING), seed)).toBeNull()
    expect(now(inventoryOf(primarySide([a]), backupSide([])), seed)).toBe(
      'hqs1p1/DAT1 is on hqs1 now; it was missing when the plan was made.',
    )
  })
})
