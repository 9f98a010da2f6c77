import { describe, expect, test } from 'bun:test'
import { emptyMemory, remember } from '../memory.ts'
import {
  backupSide,
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
} from '../testing/world.ts'
import type { Inventory } from '../types/inventory.ts'
import type { Availability, JudgeInput, Memory } from '../types/verdict.ts'
import { judge } from './judge.ts'

const base = taken('base', 100)
const hourMs = HOUR * 1000
/** The age of the primary's snapshots is not what these are about. */
const policy = policyOf({ primaryMaxAgeSeconds: 0 })
const off: Availability = { kind: 'planned-off', backAt: NOW + 8 * hourMs, missedWindows: 0 }

/** What is remembered after a look at this, so many hours ago. */
function seenBefore(hours: number, inventory: Inventory): Memory {
  const at = NOW - hours * hourMs
  const input = judgeInput({ ...inventory, readAt: at }, { now: at, policy })
  return remember(input, judge(input))
}
const healthy = inventoryOf(primarySide([base]), backupSide([base]))
const lagging = inventoryOf(primarySide([base, taken('missed', 60)]), backupSide([base]))
const modified = inventoryOf(primarySide([base]), backupSide([base], { written: 5000 }))
const broken = inventoryOf(primarySide([base]), backupSide([taken('other', 10)]))
const backupGone = (primary = primarySide([base])) => inventoryOf(primary, unreachable('hqs1'))
const bothGone = inventoryOf(unreachable('hqs8'), unreachable('hqs1'))

const judgedAfter = (memory: Memory, inventory: Inventory, over: Partial<JudgeInput> = {}) =>
  judged(inventory, { memory, policy, ...over })

describe('a check that could not look neither fires nor clears anything', () => {
  test('HEALTHY becomes UNKNOWN', () => {
    const verdict = judgedAfter(seenBefore(1, healthy), backupGone())
    expect(verdict).toMatchObject({
      health: 'UNKNOWN',
      looked: false,
      reason: { code: 'HOST_UNREACHABLE' },
      lastLookAt: NOW - hourMs,
    })
    expect(verdict.reason.message).toBe(
      'The witness cannot reach hqs1 over SSH (timed out after 10 s). Last good check 2026-11-22 11:00.',
    )
  })

  test('WARNING becomes UNKNOWN, and its reasons are kept below', () => {
    const verdict = judgedAfter(seenBefore(1, modified), backupGone())
    expect(verdict.health).toBe('UNKNOWN')
    expect(codes(verdict)).toEqual(['HOST_UNREACHABLE', 'BACKUP_MODIFIED'])
  })

  test('BROKEN stays BROKEN and says when it was seen', () => {
    const verdict = judgedAfter(seenBefore(2, broken), backupGone())
    expect(verdict).toMatchObject({ health: 'BROKEN', reason: { code: 'NO_COMMON_SNAPSHOT' } })
    expect(verdict.reason.message).toEndWith('Last seen 2026-11-22 10:00.')
    expect(codes(verdict)).toContain('HOST_UNREACHABLE')
  })

  test.each([
    [71, 'UNKNOWN'],
    [72.1, 'BROKEN'],
  ] as const)('nothing seen of either side for %p h: %s, as everything since may be missing', (hours, health) => {
    expect(judgedAfter(seenBefore(hours, healthy), bothGone).health).toBe(health)
  })

  test('the delay is counted on from what was overdue then', () => {
    const verdict = judgedAfter(seenBefore(20, lagging), bothGone)
    expect(verdict).toMatchObject({ health: 'UNKNOWN', delaySeconds: 60 * HOUR })
    const later = judgedAfter(seenBefore(20, lagging), bothGone, { now: NOW + 13 * hourMs })
    expect(later).toMatchObject({ health: 'BROKEN', reason: { code: 'LAG_CRITICAL' }, delaySeconds: 73 * HOUR })
  })

  test('the primary, seen alone, says how much is missing meanwhile', () => {
    const verdict = judgedAfter(seenBefore(90, healthy), backupGone(primarySide([base, taken('since', 80)])))
    expect(verdict).toMatchObject({
      health: 'BROKEN',
      reason: { code: 'LAG_CRITICAL' },
      delaySeconds: 80 * HOUR,
      behind: { snapshots: 1 },
    })
  })

  test('what the one seen side shows does not fire anything else', () => {
    const verdict = judgedAfter(seenBefore(1, healthy), inventoryOf({ state: 'missing' }, unreachable('hqs1')))
    expect(codes(verdict)).toEqual(['HOST_UNREACHABLE'])
  })

  test('retention that took the missing snapshots from the primary does not clear the delay', () => {
    expect(judgedAfter(seenBefore(20, lagging), backupGone()).delaySeconds).toBe(60 * HOUR)
  })

  test.each([
    ['AUTH_FAILED', 'AUTH_FAILED'],
    ['HOST_KEY_CHANGED', 'HOST_KEY_CHANGED'],
    ['NOT_CHECKED', 'NOT_CHECKED'],
  ] as const)('a fault of kind %s is said as such', (reason, code) => {
    const inventory = inventoryOf(
      primarySide([base]),
      unreachable('hqs1', { reason, message: 'Permission denied (publickey).' }),
    )
    expect(judgedAfter(seenBefore(1, healthy), inventory).reason.code).toBe(code)
  })

  test('no host at all: one alarm of the witness, not one for each host', () => {
    expect(codes(judgedAfter(seenBefore(1, healthy), bothGone, { isolated: true }))).toEqual(['WITNESS_ISOLATED'])
  })

  test('never seen at all is UNKNOWN for the reason that is known', () => {
    expect(judgedAfter(emptyMemory(), backupGone())).toMatchObject({
      health: 'UNKNOWN',
      delaySeconds: null,
      lastLookAt: null,
    })
  })

  test('nothing is remembered of it but who answered', () => {
    const memory = seenBefore(1, healthy)
    const input = judgeInput(inventoryOf(unreachable('hqs8'), backupSide([])), { memory })
    expect(remember(input, judge(input))).toEqual({ ...memory, backupSeenAt: NOW })
  })
})

describe('a backup that is off as planned', () => {
  test('the last status stays, with a note', () => {
    const verdict = judgedAfter(seenBefore(4, healthy), backupGone(), { backupAvailability: off })
    expect(verdict).toMatchObject({ health: 'HEALTHY', reason: { code: 'UP_TO_DATE' } })
    expect(verdict.reasons.at(-1)?.message).toBe(
      'hqs1 is off as planned until 2026-11-22 20:00. Last seen 2026-11-22 08:00: healthy.',
    )
  })

  test('a warning stays a warning', () => {
    const verdict = judgedAfter(seenBefore(4, modified), backupGone(), { backupAvailability: off })
    expect(verdict).toMatchObject({ health: 'WARNING', reason: { code: 'BACKUP_MODIFIED' } })
  })

  test.each([
    [30, 'HEALTHY', 'WITHIN_POLICY'],
    [40, 'WARNING', 'LAGGING'],
    [80, 'BROKEN', 'LAG_CRITICAL'],
  ] as const)(
    'the delay counts on from the primary alone: a snapshot of %p h ago is missing: %s',
    (hours, health, code) => {
      const primary = primarySide([base, taken('since', hours), taken('newer', 1)])
      const verdict = judgedAfter(seenBefore(90, healthy), backupGone(primary), { backupAvailability: off })
      expect(verdict).toMatchObject({ health, reason: { code }, delaySeconds: hours * HOUR, behind: { snapshots: 2 } })
    },
  )

  test('the last common snapshot may be gone from the primary meanwhile, and others with it: the next one was due a day later', () => {
    const verdict = judgedAfter(
      seenBefore(90, inventoryOf(primarySide([taken('older', 120), base]), backupSide([base]))),
      backupGone(primarySide([taken('older', 120), taken('since', 30)])),
      { backupAvailability: off },
    )
    expect(verdict).toMatchObject({ health: 'BROKEN', delaySeconds: 76 * HOUR, behind: { snapshots: 1 } })
  })

  test('a whole window without an answer is WINDOW_MISSED', () => {
    const verdict = judgedAfter(seenBefore(4, healthy), backupGone(), {
      backupAvailability: { ...off, missedWindows: 1 },
    })
    expect(verdict).toMatchObject({ health: 'WARNING', reason: { code: 'WINDOW_MISSED' } })
  })

  test('in its window an unreachable host is unreachable', () => {
    expect(judgedAfter(seenBefore(4, healthy), backupGone()).reason.code).toBe('HOST_UNREACHABLE')
  })

  test('a changed host key is never planned', () => {
    const inventory = inventoryOf(primarySide([base]), unreachable('hqs1', { reason: 'HOST_KEY_CHANGED' }))
    expect(judgedAfter(seenBefore(4, healthy), inventory, { backupAvailability: off })).toMatchObject({
      health: 'UNKNOWN',
      reason: { code: 'HOST_KEY_CHANGED' },
    })
  })

  test('the other host unreachable without a plan makes it UNKNOWN, and nothing is judged anew', () => {
    const verdict = judgedAfter(seenBefore(4, healthy), bothGone, { backupAvailability: off })
    expect(codes(verdict)).toEqual(['HOST_UNREACHABLE', 'HOST_OFFLINE_PLANNED'])
  })

  test('a primary that is off as planned may take snapshots all the same: what is due counts as missing', () => {
    const both = { primaryAvailability: off, backupAvailability: off }
    expect(judgedAfter(seenBefore(90, healthy), bothGone, both)).toMatchObject({
      health: 'BROKEN',
      delaySeconds: 76 * HOUR,
    })
    // The two that were seen are forty hours apart.
    expect(judgedAfter(seenBefore(20, lagging), bothGone, both)).toMatchObject({
      health: 'WARNING',
      delaySeconds: 60 * HOUR,
    })
  })

  test('never seen yet is not checked', () => {
    const verdict = judgedAfter(emptyMemory(), backupGone(), { backupAvailability: off })
    expect(codes(verdict)).toEqual(['NOT_CHECKED', 'HOST_OFFLINE_PLANNED'])
  })
})
