import { describe, expect, test } from 'bun:test'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import type { Around } from './automatic.ts'
import { shapeOf } from './chain.ts'
import { emptyMemory } from './memory.ts'
import { factsNow } from './plan/expectation.ts'
import { sentenceBelow, textBelow } from './sentences/below.ts'
import {
  backupSide,
  bookmarked,
  comparisonOf,
  guidOf,
  HOUR,
  inventoryOf,
  judged,
  MAPPING,
  MISSING,
  NOW,
  type PlanOver,
  planned,
  policyOf,
  pool,
  primarySide,
  sibling,
  taken,
  tokenOf,
  unreachable,
} from './testing/world.ts'
import { tokenDigest } from './token.ts'
import type { Inventory } from './types/inventory.ts'
import type { Tried } from './types/verdict.ts'

const a = taken('a', 90)
const late = inventoryOf(primarySide([a, taken('b', 50)]), backupSide([a]))
const fresh = inventoryOf(primarySide([a, taken('b', 1)]), backupSide([a]))
const TOKEN = '1-abc-80-789c'
const b = taken('b', 50)
const stored = inventoryOf(primarySide([a, b]), backupSide([a], { receiveResumeToken: TOKEN }), {
  token: tokenOf(b, a),
})
const quiet = (unchangedLooks: number, token = TOKEN) => ({
  ...emptyMemory(),
  token: { digest: tokenDigest(token), unchangedLooks },
})
const repairs = (
  consecutiveFailures: number,
  sameTwice: boolean,
  minutesAgo: number,
  tried: Partial<Tried['facts']> & { readonly kind?: Tried['kind'] } = {},
) => {
  const { kind = 'INCREMENTAL', ...facts } = tried
  return {
    judge: {
      repairs: {
        consecutiveFailures,
        sameTwice,
        last: {
          runId: '1',
          kind: 'busy',
          message: 'It was busy.',
          at: NOW - minutesAgo * 60_000,
          tried: { kind, facts: { ...factsNow(late, comparisonOf(late, policyOf())), ...facts } },
        },
      },
    },
  }
}
const window = policyOf({ repairWindow: { start: 0, end: 60, text: '00:00-01:00' } })

const skewed = { primarySkewSeconds: 400 }
const limit = {
  backupSiblings: ['20261101T000000Z', '20261102T000000Z', '20261103T000000Z'].map((stamp) =>
    sibling('aside', null, stamp),
  ),
}
const proven = { ...emptyMemory(), common: { guid: a.guid, at: NOW, backupGuid: guidOf(MAPPING.backup.dataset) } }
const diverged = primarySide([a, b])
const own = backupSide([a, taken('own', 1)])

describe('may the scheduler run it?', () => {
  const table: readonly (readonly [string, Inventory, PlanOver, string])[] = [
    ['late, and policy allows it', late, {}, 'ALLOWED'],
    ['nothing is behind', inventoryOf(primarySide([a]), backupSide([a])), {}, 'NOTHING_TO_DO'],
    ['auto_repair is off', late, { policy: policyOf({ autoRepair: false }) }, 'AUTO_REPAIR_OFF'],
    ['dry_run', late, { policy: policyOf({ dryRun: true }) }, 'DRY_RUN'],
    ['paused', late, { options: { paused: true } }, 'PAUSED'],
    ['behind, but HEALTHY', fresh, {}, 'BELOW_THRESHOLD'],
    ['behind, and repair_when is behind', fresh, { policy: policyOf({ repairWhen: 'behind' }) }, 'ALLOWED'],
    ['WARNING, and repair_when is broken', late, { policy: policyOf({ repairWhen: 'broken' }) }, 'BELOW_THRESHOLD'],
    [
      'a clock that is off is no reason to start',
      inventoryOf(fresh.primary, fresh.backup, skewed),
      {},
      'BELOW_THRESHOLD',
    ],
    [
      'nor is a degraded pool',
      inventoryOf(fresh.primary, fresh.backup, { backupPool: pool('hqs1p1', { health: 'DEGRADED' }) }),
      {},
      'BELOW_THRESHOLD',
    ],
    [
      'nor a primary that takes no snapshots',
      inventoryOf(primarySide([a, taken('c', 51), taken('b', 50)]), backupSide([a, taken('c', 51)])),
      { policy: policyOf({ primaryMaxAgeSeconds: 3600, warnDelaySeconds: 60 * HOUR }) },
      'BELOW_THRESHOLD',
    ],
    [
      'a base that is left as a bookmark',
      inventoryOf(primarySide([taken('b', 1)], [bookmarked(a)]), backupSide([a])),
      {},
      'ALLOWED',
    ],
    ['behind, and a host of it is seldom up', fresh, { options: { seldomOnline: true } }, 'ALLOWED'],
    ['diverged, and proven', inventoryOf(diverged, own), { memory: proven }, 'ALLOWED'],
    ['as many set-asides as may be', inventoryOf(diverged, own, limit), { memory: proven }, 'SET_ASIDE_LIMIT'],
    ['paused, late or not', fresh, { options: { paused: true } }, 'PAUSED'],
    ['the last try failed just now', late, repairs(1, false, 1), 'BACKING_OFF'],
    ['the last try failed an hour ago', late, repairs(1, false, 60), 'ALLOWED'],
    ['two equal failures', late, repairs(2, true, 600), 'REPAIR_FAILING'],
    ['two equal failures, the last two days ago', late, repairs(2, true, 2880), 'ALLOWED'],
    ['two equal failures from another base', late, repairs(2, true, 600, { baseGuid: '77' }), 'ALLOWED'],
    ['two equal failures of another kind', late, repairs(2, true, 600, { kind: 'RESUME' }), 'ALLOWED'],
    [
      'two equal failures before the backup was written to',
      late,
      repairs(2, true, 600, { backupWritten: 4096 }),
      'ALLOWED',
    ],
    ['outside the repair window', late, { policy: window }, 'WAITING_FOR_WINDOW'],
    ['a seed', inventoryOf(primarySide([a]), MISSING), {}, 'ALLOWED'],
    [
      'a seed into a degraded pool',
      inventoryOf(primarySide([a]), MISSING, { backupPool: pool('hqs1p1', { health: 'DEGRADED' }) }),
      {},
      'POOL',
    ],
    [
      'a pool that is not imported',
      inventoryOf(primarySide([a]), { state: 'pool-unavailable', pool: 'hqs1p1', health: 'not imported' }),
      {},
      'POOL',
    ],
    ['a side that was not seen', inventoryOf(primarySide([a]), unreachable('hqs1')), {}, 'UNKNOWN_STATE'],
    ['the primary is empty', inventoryOf(primarySide([]), backupSide([a])), {}, 'NEEDS_PERSON'],
    ['diverged', inventoryOf(primarySide([a, b]), backupSide([a, taken('own', 1)])), {}, 'NEEDS_PERSON'],
    ['a foreign partial receive, first sight', stored, {}, 'BUSY'],
    ['a foreign partial receive, unchanged once', stored, { memory: quiet(0) }, 'BUSY'],
    ['a foreign partial receive, unchanged twice', stored, { memory: quiet(1) }, 'ALLOWED'],
    ['a partial receive of our own', stored, { options: { ownToken: true } }, 'ALLOWED'],
    ['a partial receive that moves', stored, { memory: quiet(5, '1-def-80-789c') }, 'BUSY'],
    [
      'the primary was replaced, and the backup holds something',
      inventoryOf(primarySide([a, b], [], { guid: '5' }), backupSide([a, taken('own', 1)]), { writtenSinceBase: 4096 }),
      { memory: { ...emptyMemory(), primary: { guid: '4', newestCreatetxg: '1' } } },
      'NEEDS_PERSON',
    ],
  ]
  test.each(table)('%s', (_, inventory, over, code) => {
    const { automatic } = planned(inventory, over)
    expect(automatic.code as string).toBe(code)
    expect(automatic.allowed).toBe(code === 'ALLOWED')
    expect(automatic.because.length).toBeGreaterThan(10)
  })

  test('what holds it back beside its plan is said first', () => {
    const room = { fits: false, ask: false, sentence: 'It does not fit.' }
    const around: readonly (readonly [Around, string])[] = [
      [{ underWay: 'Run 7 repairs it now.', parent: 'p', room }, 'UNDER_WAY'],
      [{ parent: 'It waits for the one above.', room }, 'WAITS_FOR_PARENT'],
      [{ room }, 'SPACE'],
      [{ room: { ...room, ask: true, sentence: 'No estimate.' } }, 'NO_ESTIMATE'],
      [{ room: { ...room, fits: true } }, 'ALLOWED'],
      [{ room: null }, 'ALLOWED'],
    ]
    for (const [each, code] of around) {
      const { automatic: said } = planned(late, { around: each })
      expect([said.code as string, said.allowed, said.from]).toEqual([code, code === 'ALLOWED', null])
    }
  })

  test('a person may run what the scheduler may not', () => {
    for (const over of [
      { policy: policyOf({ autoRepair: false }) },
      { options: { paused: true } },
      repairs(2, true, 1),
    ]) {
      expect(planned(late, over).blocked).toBeNull()
    }
  })
})

describe('from when may it start by itself?', () => {
  const hours = (count: number) => NOW + count * HOUR * 1000
  const at = (minute: number) => policyOf({ repairWindow: { start: minute, end: minute + 60, text: 'a window' } })
  const night = at(22 * 60).repairWindow
  const bare = policyOf({ anchor: 'none' })
  // Two in common, the newest of them two hours old.
  const two = [a, taken('c', 2)]
  const pruned = inventoryOf(primarySide([...two, taken('b', 1)]), backupSide(two))
  /** Five of their kind went at the age of so many hours. */
  const prunings = (age: number) => ({
    ...emptyMemory(),
    prunings: [1, 2, 3, 4, 5].map((ago) => ({
      shape: shapeOf('c'),
      creation: NOW / 1000 - (age + ago) * HOUR,
      goneAt: NOW - ago * HOUR * 1000,
    })),
  })
  const table: readonly (readonly [string, Inventory, PlanOver, number | null])[] = [
    ['behind, but not late: when the delay passes the warning', fresh, {}, hours(35) + 1000],
    ['the same with repair_when: broken', fresh, { policy: policyOf({ repairWhen: 'broken' }) }, hours(71) + 1000],
    ['the window opens later today', late, { policy: policyOf({ repairWindow: night }) }, hours(10)],
    ['late tomorrow, then the window', fresh, { policy: policyOf({ repairWindow: night }) }, hours(58)],
    ['a window that is open now is not when it is late', fresh, { policy: at(12 * 60) }, hours(48)],
    [
      'at risk before it is late: half-way to the warning, where no anchor is made',
      fresh,
      { policy: bare },
      hours(17) + 1000,
    ],
    ['the last common snapshot is about to be pruned', pruned, { policy: bare, memory: prunings(4) }, hours(1)],
    ['it outlives what waits', pruned, { policy: bare, memory: prunings(300) }, hours(35) + 1000],
    [
      'at risk or not, with repair_when: broken',
      fresh,
      { policy: { ...bare, repairWhen: 'broken' } },
      hours(71) + 1000,
    ],
    [
      'the recovery point is too old before that',
      pruned,
      { policy: policyOf({ maxRecoveryPointSeconds: 4 * HOUR }) },
      hours(2) + 1000,
    ],
    ['a pause that ends', late, { options: { paused: true, pausedUntil: hours(5) } }, hours(5)],
    ['a pause without end', late, { options: { paused: true } }, null],
    ['something that a person must cure', fresh, { around: { parent: 'It waits.' } }, null],
    ['auto_repair is off', fresh, { policy: policyOf({ autoRepair: false }) }, null],
    ['at the next check', late, {}, null],
    ['nothing is behind', inventoryOf(primarySide([a]), backupSide([a])), {}, null],
  ]
  test.each(table)('%s', (_, inventory, over, from) => {
    const { automatic: said } = planned(inventory, over)
    expect(said.from).toBe(from)
    if (from === null) expect(said.sentence).not.toContain('By itself from')
    else expect(said.sentence).toStartWith(`By itself from ${zonedMinute(from, 'UTC')}. `)
  })

  test.each([
    ['at risk', fresh, { policy: bare }],
    ['about to be pruned', pruned, { policy: bare, memory: prunings(4) }],
    ['a recovery point', pruned, { policy: policyOf({ maxRecoveryPointSeconds: 4 * HOUR }) }],
  ])('%s: a check at the moment that was said starts it, and none before', (_, inventory, over) => {
    const from = planned(inventory, over).automatic.from ?? 0
    const allowed = [from - 1000, from].map((now) => {
      return planned(inventory, { ...over, judge: { now }, options: { now } }).automatic.allowed
    })
    expect(allowed).toEqual([false, true])
  })

  test('"yes" is said only where the next check would start it, and at the moment said it would', () => {
    const two = [a, taken('c', 2)]
    const fresh = inventoryOf(primarySide([...two, taken('b', 1)]), backupSide(two))
    const before = planned(fresh).automatic
    expect([before.allowed, before.sentence]).toEqual([
      false,
      'By itself from 2026-11-23 23:00. It is 1 h behind; repairs start by themselves once that is more than 36 h (`repair_when: warning`).',
    ])
    for (const [ms, allowed] of [
      [-1, false],
      [0, true],
    ] as const) {
      const now = (before.from ?? 0) + ms
      // Shown between two checks: the verdict is that of the last one.
      expect(planned(fresh, { options: { now } }).automatic.allowed).toBe(allowed)
      // And what a check at that moment finds.
      expect(planned(fresh, { judge: { now }, options: { now } }).automatic.allowed).toBe(allowed)
    }
    expect(planned(late).automatic.sentence).toStartWith('Yes, at the next check. ')
  })
})

describe('each fact once', () => {
  const pause = { paused: true, pausedUntil: NOW + 5 * HOUR * 1000 }
  test.each<[string, PlanOver, string]>([
    ['a window', { policy: window }, 'By itself from 2026-11-23 00:00. Repairs wait for their window (00:00-01:00).'],
    ['a pause', { options: pause }, 'By itself from 2026-11-22 17:00. Repairs of this dataset are paused.'],
    [
      'a pause that ends outside the window',
      { options: pause, policy: window },
      'By itself from 2026-11-23 00:00. Repairs of this dataset are paused until 2026-11-22 17:00.',
    ],
  ])('%s: its end is the moment that was just said', (_, over, sentence) => {
    expect(planned(late, over).automatic.sentence).toBe(sentence)
  })

  test('a wait after a failure too; what is written down of a run has the moment', () => {
    const { sentence, from, because } = planned(late, repairs(1, false, 1)).automatic
    expect(sentence).toBe(`By itself from ${zonedMinute(from ?? 0, 'UTC')}. The last repair failed.`)
    expect(because).toBe(`The last repair failed; the next try starts at ${zonedMinute(from ?? 0, 'UTC')}.`)
  })

  const away = inventoryOf(primarySide([a]), { state: 'pool-unavailable', pool: 'hqs1p1', health: 'not imported' })
  const below = (inventory: Inventory, over: PlanOver = {}): string => {
    const { reasons } = judged(inventory, over)
    const above = reasons.flatMap(({ message, action }) => [message, action ?? ''])
    return sentenceBelow(planned(inventory, over).automatic, above)
  }
  test('below the reason that is the same one: only that nothing starts by itself', () => {
    expect(planned(away).automatic.sentence).toBe('Not by itself now. Pool hqs1p1 on hqs1 is not imported.')
    expect(below(away)).toBe('Not by itself now, for that reason.')
    expect(textBelow(planned(away).outcome, ['Pool hqs1p1 on hqs1 is not imported.'])).toBe(
      'Nothing can be repaired now.',
    )
  })
  test('below the note of the window: only when it starts', () => {
    expect(below(late, { policy: window })).toBe('By itself from 2026-11-23 00:00.')
  })
  test('what no reason says is kept whole', () => {
    const off = { policy: policyOf({ autoRepair: false }) }
    expect(below(late, off)).toBe(planned(late, off).automatic.sentence)
    expect(below(late)).toBe('Yes, at the next check. It destroys nothing and policy allows it.')
    expect(sentenceBelow(planned(away).automatic, ['Pool hqs1p1 on hqs7 is not imported.'])).toContain('on hqs1 is')
  })
})
