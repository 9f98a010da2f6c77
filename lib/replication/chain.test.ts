import { describe, expect, test } from 'bun:test'
import { anchorName } from '#lib/zfs/names.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { goesAt, rememberPrunings, shapeOf, stallAnchor } from './chain.ts'
import { emptyMemory, remember } from './memory.ts'
import {
  backupSide,
  bookmarked,
  codes,
  HOUR,
  inventoryOf,
  judged,
  judgeInput,
  NOW,
  policyOf,
  primarySide,
  taken,
  unreachable,
} from './testing/world.ts'
import type { Inventory } from './types/inventory.ts'
import type { JudgeInput, Memory, Pruning } from './types/verdict.ts'

const MIN = 60_000
const at = (hoursAgo: number): number => NOW - hoursAgo * HOUR * 1000
/** Snapshots of one schedule that went at about that age, an hour after each other. */
const gone = (shape: string, hours: number, count = 4): readonly Pruning[] =>
  Array.from({ length: count }, (_, n) => ({
    shape,
    creation: Math.round(at(n + hours) / 1000),
    goneAt: at(n) + ((n % 3) - 1) * 10 * MIN,
  }))

describe('what retention removed', () => {
  const look = (snapshots: readonly SnapshotEntry[], readAt = NOW, guid = '7'): Inventory =>
    inventoryOf(primarySide(snapshots, [], { guid }), backupSide([]), { readAt })
  const [a, b, c] = [taken('hourly-01', 30), taken('hourly-02', 29), taken('hourly-03', 1)]
  const seen = (before: Inventory | null, after: Inventory) => rememberPrunings([], before, after)

  test('between two looks, half-way', () => {
    expect(seen(look([a, b, c], NOW - 30 * MIN), look([b, c]))).toEqual([
      { shape: 'hourly-#', creation: a.creation, goneAt: NOW - 15 * MIN },
    ])
  })

  test.each<[string, Inventory | null, Inventory]>([
    ['the first look', null, look([b, c])],
    ['a roll-back', look([a, b, c], NOW - MIN), look([a, b])],
    ['another dataset of that name', look([a, b, c], NOW - MIN), look([b, c], NOW, '8')],
    ['looks too far apart', look([a, b, c], NOW - 9 * HOUR * 1000), look([b, c])],
    ['a look that is older', look([a, b, c], NOW + MIN), look([b, c])],
    ['a primary that could not be read', look([a, b, c], NOW - MIN), inventoryOf(unreachable('hqs8'), backupSide([]))],
    ['a rename: the guid is the same', look([a, c], NOW - MIN), look([{ ...a, name: 'weekly-1' }, c])],
  ])('nothing from %s', (_, before, after) => expect(seen(before, after)).toEqual([]))

  test('the last few of each schedule: a frequent one does not push a rare one out', () => {
    const old = [...gone('weekly-#', 2000, 9), ...gone('a#', 1), ...gone('b#', 2), ...gone('c#', 3)]
    const kept = rememberPrunings(old, look([a, b, c], NOW - MIN), look([b, c]))
    expect(kept.length).toBeLessThanOrEqual(20)
    expect(kept.filter(({ shape }) => shape === 'weekly-#').length).toBeLessThanOrEqual(5)
    expect(kept.map(({ shape }) => shape)).toContain('hourly-#')
  })

  test('names of one schedule have one shape', () => {
    expect(shapeOf('autosnap_2026-11-22_13:00:00_hourly')).toBe('autosnap_#-#-#_#:#:#_hourly')
  })
})

describe('when a snapshot goes', () => {
  const hourly = gone('h#', 24)
  test.each<[string, string, number, readonly Pruning[], number | null]>([
    ['at the age of the others of its kind', 'h1', 20, hourly, at(20) + 24 * HOUR * 1000],
    ['any moment, when it is due', 'h1', 25, hourly, NOW],
    ['not known, when it has outlived them', 'h1', 40, hourly, null],
    ['not known for another schedule', 'daily1', 20, hourly, null],
    ['not known from two', 'h1', 20, hourly.slice(0, 2), null],
    ['not known where ages differ', 'h1', 20, [...gone('h#', 24, 2), ...gone('h#', 100, 2)], null],
    ['one removed by hand changes nothing', 'h1', 20, [...hourly, ...gone('h#', 3, 1)], at(20) + 24 * HOUR * 1000],
    ['not known without anything', 'h1', 20, [], null],
  ])('%s', (_, name, hoursAgo, prunings, expected) => {
    const end = goesAt(taken(name, hoursAgo), prunings, NOW)
    if (expected === null) expect(end).toBeNull()
    else expect(Math.abs((end ?? 0) - expected)).toBeLessThanOrEqual(11 * MIN)
  })
})

const memoryOf = (over: Partial<Memory>): Memory => ({ ...emptyMemory(), ...over })
/** Common snapshots so many hours old, and one newer snapshot that waits. */
function behind(
  common: readonly number[],
  waits: number,
  bookmarks: Parameters<typeof primarySide>[1] = [],
): Inventory {
  const shared = common.map((hours) => taken(`h${hours * 10}`, hours))
  return inventoryOf(primarySide([...shared, taken('h999', waits)], bookmarks), backupSide(shared))
}

describe('CHAIN_AT_RISK by forecast', () => {
  const risk = (inventory: Inventory, over: Partial<JudgeInput> = {}) =>
    judged(inventory, { memory: memoryOf({ prunings: gone('h#', 24) }), ...over }).reasons.find(
      ({ code }) => code === 'CHAIN_AT_RISK',
    )

  test.each<[string, Inventory, Partial<JudgeInput>, boolean]>([
    ['it goes within two intervals', behind([30, 23.5], 2), {}, true],
    ['it does not go for hours', behind([30, 10], 2), {}, false],
    ['what waits came since the last look', behind([30, 23.5], 0.2), {}, false],
    ['what waits takes longer to bring than it lives', behind([30, 20], 2), { backlogSeconds: 4 * HOUR }, true],
    ['it has an anchor', behind([30, 23.5], 2, [bookmarked(taken('h235', 23.5))]), {}, false],
    ['half of the warning time is over, and it goes before the limit', behind([80, 20], 19), {}, true],
    ['the same without a forecast', behind([80, 20], 19), { memory: emptyMemory() }, false],
    ['and with a longer life', behind([80, 20], 19), { memory: memoryOf({ prunings: gone('h#', 24 * 30) }) }, false],
  ])('%s', (_, inventory, over, expected) => expect(risk(inventory, over) !== undefined).toBe(expected))

  test('says when', () => {
    expect(risk(behind([30, 23.5], 2))).toMatchObject({
      message:
        'Nothing protects @h235, the newest common snapshot, on hqs8. At present retention the last common snapshot on hqs8 goes about 2026-11-22 12:30.',
      evidence: { goesAt: NOW + 30 * MIN },
    })
    const last = risk(behind([20], 19), { memory: emptyMemory() })
    expect(last?.message).toBe('Only 1 common snapshot is left on hqs8 and nothing protects it.')
    expect(last?.evidence).toMatchObject({ goesAt: null })
  })
})

describe('an anchor while nothing moves', () => {
  const wanted = (inventory: Inventory, sinceHours: number, over: Partial<JudgeInput> = {}): string | null => {
    const input = judgeInput(inventory, over)
    const guid = input.comparison?.newestCommon?.guid
    const memory = memoryOf({
      ...(guid === undefined ? {} : { commonSince: { guid, at: at(sinceHours) } }),
      prunings: over.memory?.prunings ?? [],
    })
    const verdict = judged(inventory, { ...over, memory })
    return stallAnchor({ ...input, verdict, memory })?.name ?? null
  }
  const stalled = behind([40, 20], 19)

  test.each<[string, string | null, string | null]>([
    ['half of the warning time', wanted(stalled, 19), 'h200'],
    ['not yet so long', wanted(stalled, 10), null],
    ['so long, but what waits is new', wanted(behind([40, 20], 1), 19), null],
    ['nothing waits', wanted(inventoryOf(primarySide([taken('h200', 20)]), backupSide([taken('h200', 20)])), 19), null],
    ['the last one left', wanted(behind([20], 1), 1), 'h200'],
    ['the last one left, but seen only now', wanted(behind([20], 1), 0), null],
    [
      'retention is about to take it',
      wanted(behind([30, 23.5], 2), 0, { memory: memoryOf({ prunings: gone('h#', 24) }) }),
      'h235',
    ],
    [
      'once only',
      wanted(behind([40, 20], 19, [bookmarked(taken('h200', 20), anchorName(taken('h200', 20).guid))]), 19),
      null,
    ],
    ['not with anchor: none', wanted(stalled, 19, { policy: policyOf({ anchor: 'none' }) }), null],
    ['not with dry_run', wanted(stalled, 19, { policy: policyOf({ dryRun: true }) }), null],
    ['not without the right', wanted({ ...stalled, rights: { primary: new Set(['send']), backup: null } }, 19), null],
    [
      'with the right, or where it is not known',
      wanted({ ...stalled, rights: { primary: new Set(['bookmark']), backup: null } }, 19),
      'h200',
    ],
  ])('%s', (_, name, expected) => expect(name).toBe(expected))
})

test('the memory of the chain survives JSON, and a look that saw nothing', () => {
  const inventory = behind([20], 19)
  const input = judgeInput(inventory, { memory: memoryOf({ prunings: gone('h#', 24) }) })
  const memory = remember(input, judged(inventory, { memory: input.memory }))
  expect(memory.commonSince).toEqual({ guid: taken('h200', 20).guid, at: NOW })
  expect(JSON.parse(JSON.stringify(memory))).toEqual(memory)
  const later = judgeInput(inventory, { memory, now: NOW + HOUR * 1000 })
  expect(remember(later, judged(inventory, { memory })).commonSince).toEqual(memory.commonSince ?? null)
  const blind = judgeInput(inventoryOf(unreachable('hqs8'), backupSide([])), { memory })
  expect(remember(blind, judged(blind.inventory, { memory }))).toMatchObject({ prunings: memory.prunings })
  expect(codes(judged(inventory, { memory }))).toContain('CHAIN_AT_RISK')
})
