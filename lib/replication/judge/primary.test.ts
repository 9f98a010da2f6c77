import { describe, expect, test } from 'bun:test'
import { adoptPrimary, remember } from '../memory.ts'
import { backupSide, bookmarked, codes, inventoryOf, judged, judgeInput, primarySide, taken } from '../testing/world.ts'
import type { Inventory } from '../types/inventory.ts'
import type { Memory } from '../types/verdict.ts'
import { judge } from './judge.ts'

const a = taken('a', 30)
const b = taken('b', 20)
const c = taken('c', 10)
const look = (inventory: Inventory, memory?: Memory): Memory => {
  const input = judgeInput(inventory, memory === undefined ? {} : { memory })
  return remember(input, judge(input))
}
const before = look(inventoryOf(primarySide([a, b, c]), backupSide([a, b, c])))

describe('lineage of the primary', () => {
  test('PRIMARY_REPLACED: another dataset guid, and the backup holds what it lacks', () => {
    const replaced = inventoryOf(primarySide([taken('x', 1)], [], { guid: '42' }), backupSide([a, b, c]))
    const verdict = judged(replaced, { memory: before })
    expect(verdict).toMatchObject({ health: 'BROKEN', reason: { code: 'PRIMARY_REPLACED', evidence: { guid: '42' } } })
    expect(codes(verdict)).toContain('NO_COMMON_SNAPSHOT')
  })

  test('it stays until a person decides: the check itself must not forget what the primary was', () => {
    const replaced = inventoryOf(primarySide([taken('x', 1)], [], { guid: '42' }), backupSide([a, b, c]))
    const after = look(replaced, before)
    expect(after.primary).toEqual(before.primary)
    expect(judged(replaced, { memory: after }).reason.code).toBe('PRIMARY_REPLACED')
    expect(judged(replaced, { memory: adoptPrimary(after, judgeInput(replaced)) }).reason.code).toBe(
      'NO_COMMON_SNAPSHOT',
    )
  })

  test('a dataset that was moved by send and receive has another guid and the same history: no alarm', () => {
    const moved = inventoryOf(primarySide([a, b, c, taken('d', 1)], [], { guid: '42' }), backupSide([a, b, c]))
    expect(judged(moved, { memory: before }).reason.code).toBe('WITHIN_POLICY')
    expect(look(moved, before).primary?.guid).toBe('42')
  })

  test('PRIMARY_REWOUND: the newest createtxg went back, and the backup holds what is gone', () => {
    const rewound = inventoryOf(primarySide([a]), backupSide([a, b, c]))
    const verdict = judged(rewound, { memory: before })
    expect(verdict).toMatchObject({ health: 'BROKEN', reason: { code: 'PRIMARY_REWOUND' } })
    expect(look(rewound, before).primary).toEqual(before.primary)
  })

  test('a temporary snapshot that was replicated and then destroyed is no alarm where it holds no change', () => {
    const over = { writtenSinceBase: 0 }
    const destroyed = inventoryOf(primarySide([a, b]), backupSide([a, b, c]), over)
    expect(codes(judged(destroyed, { memory: before }))).toEqual(['UP_TO_DATE', 'EXTRA_ON_BACKUP'])
    // And it is not an alarm put off: what is remembered is the primary as it is now.
    expect(codes(judged(destroyed, { memory: look(destroyed, before) }))).toEqual(['UP_TO_DATE', 'EXTRA_ON_BACKUP'])
    for (const changed of [{ writtenSinceBase: 4096 }, { writtenSinceBase: null }])
      expect(judged({ ...destroyed, ...changed }, { memory: before }).reason.code).toBe('PRIMARY_REWOUND')
  })

  test('with our anchor on it, it is a note: nothing waits to be sent from the bookmark', () => {
    const verdict = judged(inventoryOf(primarySide([a, b], [bookmarked(c)]), backupSide([a, b, c])), { memory: before })
    expect([verdict.health, ...codes(verdict)]).toEqual(['HEALTHY', 'UP_TO_DATE', 'BASE_IS_BOOKMARK'])
    expect(verdict.reasons.at(-1)).toMatchObject({ severity: 'NOTE', action: null })
    const next = inventoryOf(primarySide([a, b, taken('d', 1)], [bookmarked(c)]), backupSide([a, b, c]))
    expect(judged(next, { memory: before })).toMatchObject({
      health: 'WARNING',
      reason: { code: 'BASE_IS_BOOKMARK', action: 'Catch up from the bookmark.' },
    })
  })

  test('deleting the newest snapshot before it was sent is no alarm', () => {
    const memory = look(inventoryOf(primarySide([a, b, c]), backupSide([a, b])))
    expect(judged(inventoryOf(primarySide([a, b]), backupSide([a, b])), { memory }).reason.code).toBe('UP_TO_DATE')
  })
})
