import { describe, expect, test } from 'bun:test'
import { emptyMemory } from './memory.ts'
import {
  backupSide,
  inventoryOf,
  MISSING,
  NOW,
  type PlanOver,
  planned,
  policyOf,
  pool,
  primarySide,
  taken,
  unreachable,
} from './testing/world.ts'
import { tokenDigest } from './token.ts'
import type { Inventory } from './types.ts'

const a = taken('a', 90)
const late = inventoryOf(primarySide([a, taken('b', 50)]), backupSide([a]))
const fresh = inventoryOf(primarySide([a, taken('b', 1)]), backupSide([a]))
const TOKEN = '1-abc-80-789c'
const b = taken('b', 50)
const stored = inventoryOf(primarySide([a, b]), backupSide([a], { receiveResumeToken: TOKEN }), {
  token: { toName: 'hqs8p1/DAT1@b', toGuid: b.guid, fromGuid: a.guid, bytes: 1, remainingBytes: 2 },
})
const quiet = (unchangedLooks: number, token = TOKEN) => ({
  ...emptyMemory(),
  token: { digest: tokenDigest(token), unchangedLooks },
})
const repairs = (consecutiveFailures: number, sameTwice: boolean, minutesAgo: number) => ({
  judge: {
    repairs: {
      consecutiveFailures,
      sameTwice,
      last: { runId: '1', kind: 'busy', message: 'It was busy.', at: NOW - minutesAgo * 60_000 },
    },
  },
})
const window = policyOf({ repairWindow: { start: 0, end: 60, text: '00:00-01:00' } })

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
    ['the last try failed just now', late, repairs(1, false, 1), 'BACKING_OFF'],
    ['the last try failed an hour ago', late, repairs(1, false, 60), 'ALLOWED'],
    ['two equal failures', late, repairs(2, true, 600), 'REPAIR_FAILING'],
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
      inventoryOf(primarySide([a, b], [], { guid: '5' }), backupSide([a, taken('own', 1)]), { writtenSinceBase: 0 }),
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
