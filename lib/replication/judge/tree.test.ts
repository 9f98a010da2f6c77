import { describe, expect, test } from 'bun:test'
import { emptyMemory, remember } from '../memory.ts'
import {
  backupSide,
  codes,
  HOUR,
  inventoryOf,
  judged,
  judgeInput,
  MISSING,
  NOW,
  planned,
  policyOf,
  primarySide,
  taken,
} from '../testing/world.ts'
import type { JudgeInput, Memory, Tree } from '../types/verdict.ts'

const MINUTE = 60_000
const a = taken('a', 30)
const inStep = inventoryOf(primarySide([a]), backupSide([a]))
const gone = (count: number, minutesAgo: number): Tree['retired'] =>
  Array.from({ length: count }, (_, n) => ({ name: `c${minutesAgo}.${n}`, at: NOW - minutesAgo * MINUTE }))
const tree = (retired: Tree['retired'], living: number, acknowledgedAt: number | null = null): Tree => ({
  retired,
  living,
  acknowledgedAt,
})
const root = (given: Tree, more: Partial<JudgeInput> = {}) => judged(inStep, { tree: given, ...more })

describe('children that are gone on the primary', () => {
  test('are one WARNING at the root, with a count and their names', () => {
    const verdict = root(tree(gone(3, 60), 10))
    expect(verdict).toMatchObject({ health: 'WARNING', reason: { code: 'RETIRED', evidence: { count: 3 } } })
    expect(verdict.reason.message).toContain('3 children of hqs8p1/DAT1 are gone on hqs8 (c60.0, c60.1, c60.2,')
    expect(verdict.reason.action).toContain('Acknowledge')
  })

  test('with `retired: note` they are a note', () => {
    const verdict = root(tree(gone(3, 60), 10), { policy: policyOf({ retired: 'note' }) })
    expect(verdict.health).toBe('HEALTHY')
    expect(codes(verdict)).toEqual(['UP_TO_DATE', 'RETIRED'])
  })

  test('one acknowledgement settles what is gone by then, for good; the next one is said again', () => {
    const acknowledged = tree(gone(3, 60), 10, NOW - 30 * MINUTE)
    expect(codes(root(acknowledged))).toEqual(['UP_TO_DATE'])
    const input = judgeInput(inStep, { tree: acknowledged })
    const memory = remember(input, judged(inStep, { tree: acknowledged }))
    // The acknowledgement has ended meanwhile.
    expect(codes(root(tree(gone(3, 60), 10), { memory }))).toEqual(['UP_TO_DATE'])
    const more = tree([...gone(3, 60), ...gone(1, 5)], 9)
    expect(root(more, { memory }).reason).toMatchObject({ code: 'RETIRED', evidence: { count: 1 } })
  })

  test('a plan for the root is made all the same', () => {
    const behind = inventoryOf(primarySide([a, taken('b', 5)]), backupSide([a]))
    expect(planned(behind, { judge: { tree: tree(gone(1, 60), 3) } }).kind).toBe('INCREMENTAL')
  })

  test('the root of a tree whose children are not known says nothing of them', () => {
    expect(codes(judged(inStep, { tree: null }))).toEqual(['UP_TO_DATE'])
  })
})

describe('CHILDREN_GONE', () => {
  test.each([
    ['five of nine at once', gone(5, 0), 4, true],
    ['five of ten are not more than half', gone(5, 0), 5, false],
    ['four of four are too few to tell', gone(4, 0), 0, false],
    ['a destruction that two checks share', [...gone(3, 30), ...gone(3, 0)], 2, true],
    ['the same over a week', [...gone(3, 7 * 24 * 60), ...gone(3, 0)], 2, false],
    ['what an earlier version saw go, days ago', gone(50, 3 * 24 * 60), 2, false],
  ] as const)('%s: %p', (_, retired, living, is) => {
    const verdict = root(tree(retired, living))
    expect(codes(verdict).includes('CHILDREN_GONE')).toBe(is)
    expect(verdict.health).toBe(is ? 'BROKEN' : 'WARNING')
  })

  const lost = tree(gone(6, 0), 2)
  const later = (given: Tree, memory: Memory, hours: number, more: Partial<JudgeInput> = {}) =>
    root(given, { memory, now: NOW + hours * 3600_000, ...more })
  const after = remember(judgeInput(inStep, { tree: lost }), root(lost))

  test('stays until somebody acknowledges it, however many new children come', () => {
    expect(after.tree?.gone).toEqual({ since: NOW, at: NOW, of: 8 })
    const weeks = later(tree(gone(6, 0), 40), after, 400)
    expect(weeks.reason).toMatchObject({ code: 'CHILDREN_GONE', evidence: { gone: 6, of: 8 } })
    const settled = later(tree(gone(6, 0), 40, NOW + MINUTE), after, 400)
    expect(codes(settled).filter((code) => code === 'CHILDREN_GONE' || code === 'RETIRED')).toEqual([])
  })

  test('ends when they are back', () => {
    expect(codes(later(tree([], 8), after, 1))).not.toContain('CHILDREN_GONE')
  })

  test('is not made a note by `retired: note`', () => {
    expect(root(lost, { policy: policyOf({ retired: 'note' }) }).health).toBe('BROKEN')
  })

  test('holds set-asides and re-seeds by themselves; increments go on', () => {
    const memory = { ...emptyMemory(), common: { guid: a.guid, at: NOW, backupGuid: backupSide([]).facts.guid } }
    const policy = policyOf({ autoRepair: true, repairWhen: 'behind' })
    const held = { treeHeld: '6 of the 8 children went at once.' }
    const written = inventoryOf(primarySide([a, taken('b', 5)]), backupSide([a], { written: 4096 }))
    const behind = inventoryOf(primarySide([a, taken('b', 5)]), backupSide([a]))
    const quiet = { ...memory, backupWritten: { bytes: 4096, grewAt: null } }
    expect(planned(written, { memory: quiet, policy }).automatic.allowed).toBe(true)
    expect(planned(written, { memory: quiet, policy, options: held }).automatic).toMatchObject({
      allowed: false,
      code: 'NEEDS_PERSON',
      because: held.treeHeld,
    })
    expect(planned(behind, { memory, policy, options: held }).automatic.allowed).toBe(true)
  })
})

describe('a child that has just appeared', () => {
  const hours = (ago: number) => Math.floor(NOW / 1000) - ago * HOUR
  const child = (
    createdAgo: number | null,
    more: Partial<JudgeInput> = {},
    side = MISSING as Parameters<typeof inventoryOf>[1],
  ) => {
    const facts = createdAgo === null ? {} : { creation: hours(createdAgo) }
    return { inventory: inventoryOf(primarySide([taken('n', 1)], [], facts), side), over: { isChild: true, ...more } }
  }
  const judgedChild = (...given: Parameters<typeof child>) => {
    const { inventory, over } = child(...given)
    return judged(inventory, over)
  }

  test('is within policy until max_delay_hours after its creation', () => {
    const verdict = judgedChild(2)
    expect(verdict.health).toBe('HEALTHY')
    expect(codes(verdict)).toEqual(['WITHIN_POLICY', 'NEW_CHILD'])
    expect(judgedChild(71.9).health).toBe('HEALTHY')
    expect(judgedChild(72.1)).toMatchObject({ health: 'BROKEN', reason: { code: 'BACKUP_DATASET_MISSING' } })
  })

  test('or after the check that first saw it, where a clock dated it later', () => {
    const memory = { ...emptyMemory(), firstSeenAt: NOW - 73 * 3600_000 }
    expect(judgedChild(-500, { memory }).health).toBe('BROKEN')
    expect(judgedChild(null, { memory }).health).toBe('BROKEN')
  })

  test('the check that first saw it is remembered, and what was known before that has no new grace', () => {
    const { inventory, over } = child(null)
    const first = remember(judgeInput(inventory, over), judged(inventory, over))
    expect(first.firstSeenAt).toBe(NOW)
    const input = judgeInput(inventory, { ...over, memory: first, now: NOW + 1000 })
    expect(remember(input, judged(inventory, { ...over, memory: first, now: NOW + 1000 })).firstSeenAt).toBe(NOW)
    const { firstSeenAt: _, ...old } = first
    const upgraded = { ...old, last: old.last && { ...old.last, at: NOW - 90 * 3600_000 } }
    expect(remember(judgeInput(inventory, { ...over, memory: upgraded }), judged(inventory, over)).firstSeenAt).toBe(
      NOW - 90 * 3600_000,
    )
  })

  test('without a snapshot yet, or with a backup that is still empty: the same', () => {
    const empty = inventoryOf(primarySide([], [], { creation: hours(1) }), MISSING)
    expect(judged(empty, { isChild: true }).health).toBe('HEALTHY')
    expect(judgedChild(1, {}, backupSide([])).health).toBe('HEALTHY')
  })

  test('a backup that holds something else is in the way, and that is said at once', () => {
    expect(judgedChild(1, {}, backupSide([taken('other', 50)]))).toMatchObject({
      health: 'BROKEN',
      reason: { code: 'NO_COMMON_SNAPSHOT' },
    })
  })

  test('a backup that was in step and is gone is no new child', () => {
    const memory = { ...emptyMemory(), common: { guid: a.guid, at: NOW } }
    expect(judgedChild(1, { memory }).health).toBe('BROKEN')
  })

  test('a pool that is gone is no matter of time either, nor a mapping of the configuration', () => {
    expect(judgedChild(1, {}, { state: 'pool-unavailable', pool: 'hqs1p1', health: 'FAULTED' }).health).toBe('BROKEN')
    expect(judgedChild(1, { isChild: false }).health).toBe('BROKEN')
  })

  test('it is seeded by itself all the same, whatever repair_when says', () => {
    const { inventory, over } = child(1)
    for (const repairWhen of ['behind', 'warning', 'broken'] as const) {
      const policy = policyOf({ autoRepair: true, repairWhen })
      expect(planned(inventory, { judge: over, policy })).toMatchObject({ kind: 'SEED', automatic: { allowed: true } })
    }
    expect(planned(inventory, { judge: over, policy: policyOf({ autoRepair: false }) }).automatic.allowed).toBe(false)
  })
})
