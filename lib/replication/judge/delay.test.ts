import { describe, expect, test } from 'bun:test'
import { emptyMemory } from '../memory.ts'
import {
  backupSide,
  bookmarked,
  codes,
  HOUR,
  inventoryOf,
  judged,
  NOW,
  policyOf,
  primarySide,
  taken,
} from '../testing/world.ts'

const older = taken('older', 201)
const base = taken('base', 200)
/** The backup lacks one snapshot of this age (and one newer); it has the one taken an hour before. */
const behindBy = (hours: number) => {
  const had = taken('had', hours + 1)
  return inventoryOf(
    primarySide([older, base, had, taken('missed', hours), taken('new', 0)]),
    backupSide([older, base, had]),
  )
}

describe('status by delay', () => {
  test.each([
    [36, 'HEALTHY', 'WITHIN_POLICY'],
    [36.01, 'WARNING', 'LAGGING'],
    [72, 'WARNING', 'LAGGING'],
    [72.01, 'BROKEN', 'LAG_CRITICAL'],
  ] as const)('the oldest missing snapshot is %p h old: %s, %s', (hours, health, code) => {
    const verdict = judged(behindBy(hours))
    expect(verdict).toMatchObject({ health, reason: { code } })
    expect(verdict.delaySeconds).toBe(Math.floor(hours * HOUR))
    expect(verdict.behind?.snapshots).toBe(2)
  })

  test('nothing behind is UP_TO_DATE with delay 0, however old the last snapshot is', () => {
    const verdict = judged(inventoryOf(primarySide([base]), backupSide([base])), {
      policy: policyOf({ primaryMaxAgeSeconds: 0 }),
    })
    expect(verdict).toMatchObject({
      health: 'HEALTHY',
      reason: { code: 'UP_TO_DATE' },
      delaySeconds: 0,
      lagSeconds: 200 * HOUR,
    })
    expect(verdict.reason.message).toBe('hqs1 has the newest snapshot from hqs8 (2026-11-14 04:00).')
  })

  test('the delay counts from the moment at which policy wanted the snapshot, not from its creation', () => {
    const verdict = judged(behindBy(40), { policy: policyOf({ minAgeSeconds: 24 * HOUR }) })
    expect(verdict).toMatchObject({ health: 'HEALTHY', delaySeconds: 16 * HOUR, behind: { snapshots: 1 } })
  })

  test('a snapshot dated in the future is overdue since the witness first saw it missing', () => {
    const odd = taken('odd', -100, { createtxg: 2_000_000n })
    const inventory = inventoryOf(primarySide([base, odd]), backupSide([base]))
    expect(judged(inventory).delaySeconds).toBe(0)
    const memory = { ...emptyMemory(), firstMissing: { [odd.guid]: NOW - 50 * HOUR * 1000 } }
    expect(judged(inventory, { memory })).toMatchObject({ health: 'WARNING', delaySeconds: 50 * HOUR })
  })

  test("ages go by the primary's clock, and a skew over a minute is said with both times", () => {
    const verdict = judged({ ...behindBy(35), primarySkewSeconds: 2 * HOUR })
    expect(verdict.delaySeconds).toBe(37 * HOUR)
    expect(codes(verdict)).toContain('CLOCK_SKEW')
    expect(verdict.reasons.find((each) => each.code === 'CLOCK_SKEW')?.message).toBe(
      'The clock of hqs8 is off by 2 h: hqs8 has 2026-11-22 14:00, the witness 2026-11-22 12:00.',
    )
  })

  test('a snapshot from the future is CLOCK_SKEW too', () => {
    expect(codes(judged(inventoryOf(primarySide([base, taken('odd', -1)]), backupSide([base]))))).toContain(
      'CLOCK_SKEW',
    )
    expect(codes(judged(behindBy(1)))).not.toContain('CLOCK_SKEW')
  })

  test('the recovery point is judged only where the policy sets a limit', () => {
    expect(codes(judged(behindBy(1)))).not.toContain('RECOVERY_POINT_OLD')
    expect(codes(judged(behindBy(1), { policy: policyOf({ maxRecoveryPointSeconds: HOUR }) }))).toContain(
      'RECOVERY_POINT_OLD',
    )
    expect(codes(judged(behindBy(1), { policy: policyOf({ maxRecoveryPointSeconds: 2 * HOUR }) }))).not.toContain(
      'RECOVERY_POINT_OLD',
    )
  })

  test('the sentence of LAGGING has count, size and both limits', () => {
    expect(judged(behindBy(52), { behindBytes: 412 * 2 ** 30 }).reason.message).toBe(
      'hqs1 is 52 h behind hqs8 (2 snapshots, about 412 GiB). Warning from 36 h, limit 72 h.',
    )
  })

  test('a bookmark as base: the delay counts all the same, and it is said', () => {
    const inventory = inventoryOf(primarySide([taken('new', 80)], [bookmarked(base)]), backupSide([base]))
    expect(codes(judged(inventory))).toEqual(['LAG_CRITICAL', 'BASE_IS_BOOKMARK', 'PRIMARY_STALE'])
  })
})

describe('PRIMARY_STALE', () => {
  const every = (hours: number, newest: number) => {
    const snapshots = Array.from({ length: 12 }, (_, index) => taken(`s${index}`, newest + (11 - index) * hours))
    return inventoryOf(primarySide(snapshots), backupSide(snapshots))
  }
  test.each([
    ['hourly snapshots: from max_delay on', every(1, 72.01), true],
    ['hourly snapshots: not before', every(1, 72), false],
    ['weekly snapshots are no fault', every(168, 400), false],
    ['weekly snapshots: three distances without a new one are', every(168, 505), true],
  ])('%s', (_, inventory, stale) => {
    expect(codes(judged(inventory)).includes('PRIMARY_STALE')).toBe(stale)
  })

  test('the policy has the last word; 0 turns it off', () => {
    const inventory = every(1, 5)
    expect(codes(judged(inventory, { policy: policyOf({ primaryMaxAgeSeconds: 4 * HOUR }) }))).toContain(
      'PRIMARY_STALE',
    )
    expect(codes(judged(every(1, 5000), { policy: policyOf({ primaryMaxAgeSeconds: 0 }) }))).not.toContain(
      'PRIMARY_STALE',
    )
  })
})
