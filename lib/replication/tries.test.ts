import { describe, expect, test } from 'bun:test'
import { factsNow } from './plan/expectation.ts'
import { backupSide, comparisonOf, inventoryOf, MISSING, NOW, policyOf, primarySide, taken } from './testing/world.ts'
import { isSettled, nextTryAt } from './tries.ts'
import type { Inventory } from './types/inventory.ts'
import type { PlanKind } from './types/plan.ts'

describe('backoff', () => {
  const failed = (consecutiveFailures: number) => ({
    consecutiveFailures,
    sameTwice: false,
    last: { runId: '1', kind: 'lost', message: 'The link broke.', at: NOW },
  })

  test('waits longer after each failure, and never more than six hours and a fifth', () => {
    const waits = [1, 2, 3, 4, 5, 20].map((count) => ((nextTryAt(failed(count), 'x', NOW) ?? 0) - NOW) / 60_000)
    for (const [index, expected] of [5, 10, 20, 40, 80, 360].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(expected * 0.8)
      expect(waits[index]).toBeLessThanOrEqual(expected * 1.2)
    }
  })

  test('datasets come back at different moments, each always at the same', () => {
    expect(nextTryAt(failed(3), 'one', NOW)).not.toBe(nextTryAt(failed(3), 'two', NOW))
    expect(nextTryAt(failed(3), 'one', NOW)).toBe(nextTryAt(failed(3), 'one', NOW))
  })

  test('a failure that a clock dated into the future holds nothing back', () => {
    const early = NOW - 400 * 86_400_000
    expect(nextTryAt(failed(20), 'x', early)).toBeNull()
    expect(nextTryAt(failed(1), 'x', NOW - 1)).toBeNull()
  })

  test('without a failure there is nothing to wait for', () => {
    expect(nextTryAt({ consecutiveFailures: 0, sameTwice: false, last: null }, 'x', NOW)).toBeNull()
  })
})

const a = taken('a', 90)
const b = taken('b', 50)
const c = taken('c', 10)
const behind = inventoryOf(primarySide([a, b]), backupSide([a]))

const failed = (of: Inventory, kind: PlanKind, fault = 'out-of-space', step: number | null = 1) => ({
  consecutiveFailures: 2,
  sameTwice: true,
  last: {
    runId: '7',
    kind: fault,
    message: 'It failed.',
    at: NOW,
    step,
    tried: { kind, facts: factsNow(of, comparisonOf(of, policyOf())) },
  },
})
const settled = (history: ReturnType<typeof failed>, now: Inventory) =>
  isSettled(history, now, comparisonOf(now, policyOf()))
const missing = inventoryOf(primarySide([a]), MISSING)
const rights = (...names: readonly string[]) => ({ primary: 'all' as const, backup: new Set(names) })

describe('what settles the last failures', () => {
  const cases: readonly [string, boolean, ReturnType<typeof failed>, Inventory][] = [
    ['nothing has changed', false, failed(behind, 'INCREMENTAL'), behind],
    [
      'a new snapshot on the primary',
      false,
      failed(behind, 'INCREMENTAL'),
      inventoryOf(primarySide([a, b, c]), backupSide([a])),
    ],
    [
      'the base has advanced',
      true,
      failed(behind, 'INCREMENTAL'),
      inventoryOf(primarySide([a, b, c]), backupSide([a, b])),
    ],
    [
      'the base has gone back',
      false,
      failed(inventoryOf(primarySide([a, b, c]), backupSide([a, b])), 'INCREMENTAL'),
      behind,
    ],
    [
      'there is one where there was none',
      true,
      failed(missing, 'SEED'),
      inventoryOf(primarySide([a, b]), backupSide([a])),
    ],
    ['nothing is behind', true, failed(behind, 'INCREMENTAL'), inventoryOf(primarySide([a]), backupSide([a]))],
    [
      'nothing was behind when its set-aside failed, and nothing is now',
      false,
      failed(inventoryOf(primarySide([a]), backupSide([a, c])), 'SET_ASIDE_REWIND'),
      inventoryOf(primarySide([a]), backupSide([a, c])),
    ],
    [
      'the parent is not there: what stands beside could not be listed',
      false,
      failed(missing, 'SEED', 'parent-missing'),
      { ...missing, backupSiblings: undefined },
    ],
    [
      'the parent is there: what stands beside could be listed',
      true,
      failed(missing, 'SEED', 'parent-missing'),
      { ...missing, backupSiblings: [] },
    ],
    [
      'the right that the repair was refused for is there',
      true,
      failed(behind, 'INCREMENTAL', 'permission-denied', null),
      { ...behind, delegated: rights('receive:append', 'mount') },
    ],
    [
      'one of them is not',
      false,
      failed(behind, 'INCREMENTAL', 'permission-denied', null),
      { ...behind, delegated: rights('receive:append') },
    ],
    [
      'they could not be read',
      false,
      failed(behind, 'INCREMENTAL', 'permission-denied', null),
      { ...behind, delegated: { primary: 'all', backup: null } },
    ],
    [
      'ZFS itself refused, whatever `zfs allow` says',
      false,
      failed(behind, 'INCREMENTAL', 'permission-denied', 2),
      { ...behind, delegated: rights('receive:append', 'mount') },
    ],
  ]
  test.each(cases)('%s: %p', (_name, expected, history, now) => {
    expect(settled(history, now)).toBe(expected)
  })
})
