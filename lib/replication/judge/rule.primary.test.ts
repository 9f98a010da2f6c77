import { describe, expect, test } from 'bun:test'
import { codes, HOUR } from '../testing/world.ts'
import { hoursOf, Years } from '../testing/years.ts'
import type { Verdict } from '../types/verdict.ts'

/* The age of what the primary itself has: a primary that takes no snapshots any more. */

const AGE = ['LAGGING', 'LAG_CRITICAL', 'PRIMARY_STALE', 'PRIMARY_STOPPED', 'RECOVERY_POINT_OLD'] as const
const alarms = (verdict: Verdict) => codes(verdict).filter((code) => (AGE as readonly string[]).includes(code))

describe('the age of the primary', () => {
  test.each<[number | null, number, readonly string[]]>([
    [null, 72, []],
    [null, 73, ['PRIMARY_STALE']],
    [null, 3 * 72, ['PRIMARY_STALE']],
    [null, 3 * 72 + 1, ['PRIMARY_STOPPED']],
    [24 * HOUR, 25, ['PRIMARY_STALE']],
    [0, 10_000, []],
  ])('the limit is %p: no new snapshot for %d h', (primaryMaxAgeSeconds, hours, expected) => {
    const years = new Years({ primaryMaxAgeSeconds })
    years.snap()
    years.replicate()
    years.hour += hours
    const verdict = years.check()
    expect<readonly string[]>(alarms(verdict)).toEqual(expected)
    expect(verdict.delaySeconds).toBe(0)
    expect(verdict.health).toBe(
      expected[0] === undefined ? 'HEALTHY' : expected[0] === 'PRIMARY_STALE' ? 'WARNING' : 'BROKEN',
    )
  })

  test('only what policy wants counts, and what it leaves out is named', () => {
    const years = new Years({ snapshotInclude: ['daily-*'] })
    years.snap('daily-1')
    years.replicate()
    years.go(60 * 24, (hour) => {
      if (hour % 24 === 0) years.snap(`day-${hour}`)
    })
    const { reason, lagSeconds } = years.check()
    expect(reason.code).toBe('PRIMARY_STOPPED')
    expect(reason.message).toBe(
      'hqs8 has taken no snapshot that policy wants for 60 d; newer ones such as @day-1440 are left out. hqs1 has everything there is; replication is not the problem.',
    )
    expect(reason.evidence).toMatchObject({ newestEligible: { name: 'daily-1' }, newestSkipped: { name: 'day-1440' } })
    expect(hoursOf(lagSeconds)).toBe(60 * 24)
  })

  test('a backup that is off outside its hours: a warning from their longest gap and one rhythm on', () => {
    const years = new Years({ warnGapSeconds: 60 * HOUR, maxDelaySeconds: 200 * HOUR })
    years.go(48, () => {
      years.snap()
      years.replicate()
      years.check()
    })
    years.go(120, (hour) => {
      years.snap()
      const { health } = years.check(
        { backup: true },
        { backupAvailability: { kind: 'planned-off', backAt: null, missedWindows: 0 } },
      )
      // The first one that is missing was taken at 49.
      expect(health).toBe(hour - 49 > 61 ? 'WARNING' : 'HEALTHY')
    })
  })

  test('a clock of the primary that is set back makes neither its age nor the recovery point younger', () => {
    const years = new Years({ maxRecoveryPointSeconds: 24 * HOUR })
    years.snap()
    years.replicate()
    years.check()
    years.hour += 80
    expect(alarms(years.check())).toEqual(['RECOVERY_POINT_OLD', 'PRIMARY_STALE'])
    years.skewHours = -9000
    expect(alarms(years.check())).toEqual(['RECOVERY_POINT_OLD', 'PRIMARY_STALE'])
  })

  test('the recovery point is judged by a bookmark too, seen or not', () => {
    const years = new Years({ maxRecoveryPointSeconds: 24 * HOUR, primaryMaxAgeSeconds: 0 })
    const base = years.snap()
    years.replicate()
    years.check()
    years.mark(base)
    years.hour += 1
    years.snap()
    years.destroy(base)
    years.hour += 23
    expect(alarms(years.check())).toEqual([])
    years.hour += 1
    expect(alarms(years.check())).toEqual(['RECOVERY_POINT_OLD'])
    const off = { kind: 'planned-off', backAt: null, missedWindows: 0 } as const
    expect(alarms(years.check({ backup: true }, { backupAvailability: off }))).toContain('RECOVERY_POINT_OLD')
  })
})
