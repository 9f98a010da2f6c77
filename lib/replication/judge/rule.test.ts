import { describe, expect, test } from 'bun:test'
import { emptyMemory } from '../memory.ts'
import { codes, HOUR } from '../testing/world.ts'
import { hoursOf, type Taken, weekHour, Years } from '../testing/years.ts'
import type { Verdict } from '../types/verdict.ts'

/*
 * The rule of delay (PRODUCT: rhythm, delay), by stories that take weeks. Each check's memory goes through JSON, so every
 * story is one of restarts too.
 */

const AGE = ['LAGGING', 'LAG_CRITICAL', 'PRIMARY_STALE', 'PRIMARY_STOPPED', 'RECOVERY_POINT_OLD'] as const
const alarms = (verdict: Verdict) => codes(verdict).filter((code) => (AGE as readonly string[]).includes(code))
/** An hour after every snapshot the backup has it. The witness comes in the middle of it. */
function replicated(takes: (hour: number) => boolean, hours: number, kept: number): readonly string[] {
  const years = new Years()
  const found = new Set<string>()
  const live = (hour: number) => {
    years.replicate()
    if (takes(hour)) years.snap()
    years.prune(kept, years.here.slice(-2))
  }
  years.snap()
  years.go(hours, live)
  years.go(hours, (hour) => {
    live(hour)
    for (const code of alarms(years.check())) found.add(`${code} at ${hour}`)
  })
  return [...found].slice(0, 5)
}

describe('no false alarm', () => {
  test.each<[string, (hour: number) => boolean, number]>([
    [
      'hourly on weekdays, over weekends',
      (hour) => weekHour(hour) < 120 && weekHour(hour) % 24 >= 8 && weekHour(hour) % 24 < 18,
      48,
    ],
    [
      'daily, with a holiday of two days',
      (hour) => hour % 24 === 0 && (hour / 24) % 20 !== 7 && (hour / 24) % 20 !== 8,
      24 * 7,
    ],
    ['weekly', (hour) => hour % 168 === 0, 24 * 30],
    ['monthly', (hour) => hour % (24 * 30) === 0, 24 * 100],
    ['hourly', () => true, 24],
  ])('%s', (_, takes, kept) => {
    expect(replicated(takes, kept <= 48 ? 24 * 15 : 24 * 70, kept)).toEqual([])
  })

  test('min_age_hours: what is not old enough is not missing', () => {
    const years = new Years({ minAgeSeconds: 30 * HOUR })
    const found: string[] = []
    years.snap()
    years.hour += 31
    years.replicate()
    years.go(24 * 20, (hour) => {
      // What became eligible an hour ago is there.
      years.there = years.taken.filter(({ at }) => hour - at >= 31)
      if (hour % 6 === 0) years.snap()
      years.prune(48, years.here.filter(({ at }) => at < hour - 40).slice(-1))
      found.push(...alarms(years.check()))
    })
    expect(found).toEqual([])
  })

  test('a frozen archive in step for a year', () => {
    const after = (policy: { primaryMaxAgeSeconds?: number }) => {
      const years = new Years(policy)
      for (let day = 0; day < 12; day++) {
        years.snap()
        years.hour += 24
      }
      years.replicate()
      years.check()
      years.go(24 * 365, () => years.check(), 24)
      return years
    }
    const off = after({ primaryMaxAgeSeconds: 0 })
    expect(off.check()).toMatchObject({ health: 'HEALTHY', reason: { code: 'UP_TO_DATE' }, delaySeconds: 0 })
    // The minute in which its primary restarts is no year of delay; three days of silence are.
    expect(off.check({ primary: true }).health).toBe('UNKNOWN')
    off.hour += 73
    expect(off.check({ primary: true }).health).toBe('BROKEN')
    expect(codes(after({}).check())).toEqual(['PRIMARY_STOPPED', 'UP_TO_DATE'])
  })

  test('snapshots kept for twenty minutes, checked every thirty, replicated all the time', () => {
    const years = new Years()
    const found: string[] = []
    years.mark(years.snap())
    years.replicate()
    years.go(
      24 * 5,
      (hour) => {
        const minute = Math.round(hour * 60)
        if (minute % 30 !== 0) return
        years.snap()
        years.prune(1 / 3)
        found.push(...alarms(years.check()))
        years.replicate()
        years.marks = []
        const last = years.here.at(-1)
        if (last !== undefined) years.mark(last)
      },
      1 / 6,
    )
    expect(found).toEqual([])
  })

  test('a temporary snapshot that was seen missing and is destroyed again', () => {
    const years = new Years()
    years.snap()
    const found: string[] = []
    years.go(24 * 30, (hour) => {
      if (hour % 24 === 0) years.snap()
      const temporary = hour === 188 ? years.snap('temporary') : undefined
      found.push(...alarms(years.check()))
      if (temporary !== undefined) years.destroy(temporary)
      years.replicate()
    })
    expect(found).toEqual([])
    expect(hoursOf(years.check().delaySeconds)).toBe(0)
  })

  test('a first copy of three weeks: late while it runs, in step when it has caught up', () => {
    const years = new Years()
    const first = years.snap()
    years.go(21 * 24, () => {
      years.snap()
      years.prune(24, [first])
      years.check()
    })
    years.replicate(first)
    const arrived = years.check()
    expect(arrived).toMatchObject({ health: 'BROKEN', reason: { code: 'LAG_CRITICAL' } })
    // The one that followed the first is long pruned, and was taken an hour after it. (Some were put together since.)
    expect(hoursOf(arrived.delaySeconds)).toBeWithin(21 * 24 - 1, 21 * 24 + 1)
    years.replicate()
    expect(years.check()).toMatchObject({ health: 'HEALTHY', delaySeconds: 0 })
    years.go(48, () => {
      years.snap()
      years.replicate(years.here.at(-2))
      expect(alarms(years.check())).toEqual([])
    })
  })
})

describe('never better than it is', () => {
  /** Replication has died; snapshots go on for so many hours, hourly, each kept for so many. */
  function dead(years: Years, hours: number, kept: number, held: readonly Taken[]): Verdict[] {
    const verdicts: Verdict[] = []
    years.go(hours, () => {
      years.snap()
      years.prune(kept, held)
      verdicts.push(years.check())
    })
    return verdicts
  }

  test.each<[string, (years: Years, base: Taken) => readonly Taken[]]>([
    ['the last common one is held', (_, base) => [base]],
    [
      'it lives on as a bookmark',
      (years, base) => {
        years.mark(base)
        return []
      },
    ],
  ])('ninety days of dead replication under retention of a day: %s', (_, keep) => {
    const years = new Years()
    dead(years, 48, 24, [years.snap()])
    years.replicate()
    const base = years.here.at(-1) as Taken
    years.check()
    const verdicts = dead(years, 24 * 90, 24, keep(years, base))
    const delays = verdicts.map(({ delaySeconds }) => delaySeconds ?? -1)
    expect(delays).toEqual(delays.toSorted((a, b) => a - b))
    expect(hoursOf(delays.at(-1) ?? 0)).toBe(24 * 90 - 1)
    const worse = verdicts.map(({ health }) => health).filter((health, index, all) => health !== all[index - 1])
    expect(worse).toEqual(['HEALTHY', 'WARNING', 'BROKEN'])
    expect(verdicts.findIndex((each) => codes(each).includes('LAGGING'))).toBe(37)
    expect(verdicts.findIndex((each) => codes(each).includes('LAG_CRITICAL'))).toBe(73)
  })

  test('dead replication of snapshots that live shorter than the distance of two checks', () => {
    const years = new Years()
    years.mark(years.snap())
    years.replicate()
    years.check()
    let last: Verdict | undefined
    // Every other check finds nothing missing: that is no reason to begin anew.
    years.go(
      24 * 5,
      (hour) => {
        if (Math.round(hour * 2) % 2 === 0) years.snap()
        years.prune(1 / 3)
        const verdict = years.check()
        if (Math.round(hour * 2) % 2 === 0) last = verdict
      },
      0.5,
    )
    expect(last).toMatchObject({ health: 'BROKEN', reason: { code: 'LAG_CRITICAL' } })
    expect(hoursOf(last?.delaySeconds ?? 0)).toBe(24 * 5 - 1)
  })

  test('a partial catch-up: late since the one that follows it, though that one is pruned', () => {
    const years = new Years()
    const base = years.snap()
    years.replicate()
    dead(years, 100, 24, [base])
    // A transfer that began at hour 40 brings what was there then.
    const target = years.taken[40] as Taken
    years.here.push(target)
    years.here.sort((a, b) => a.at - b.at)
    years.there.push(target)
    expect(hoursOf(years.check().delaySeconds)).toBe(100 - 41)
  })

  test.each([0, 1, 2, 3])(
    'a partial catch-up through ten thousand missing ones is never better than it is (%d)',
    (part) => {
      const years = new Years()
      years.snap()
      years.replicate()
      years.go(10_000, () => years.snap())
      years.check()
      const target = years.taken[1 + Math.floor((part / 3) * 9990)] as Taken
      years.replicate(target)
      years.check()
      const behind = hoursOf(years.check().delaySeconds) ?? 0
      expect(years.memory.waiting?.log.length).toBeLessThanOrEqual(600)
      expect(behind).toBeGreaterThanOrEqual(10_000 - target.at - 1)
    },
  )

  test('where the newest common one moves back, the moment does not move later', () => {
    const years = new Years()
    years.snap()
    years.go(30, () => {
      years.snap()
      years.replicate()
      years.check()
    })
    const [newest, older] = [years.there.at(-1) as Taken, years.there.at(-5) as Taken]
    years.go(50, () => {
      years.snap()
      years.check()
    })
    expect(hoursOf(years.check().delaySeconds)).toBe(49)
    // Someone rolled the backup back by four snapshots.
    years.there = years.there.slice(0, -4)
    expect(hoursOf(years.check().delaySeconds)).toBe(50 + newest.at - older.at - 1)
  })

  test.each<[string, number, number, number]>([
    ['the hourly ones are pruned: a day after the base the next one was due', 1, 24, 200 - 24],
    ['the weekly ones are there: the oldest of them counts', 168, 24 * 365, 400 - 168],
  ])('a lost database: %s', (_, every, kept, expected) => {
    const years = new Years()
    const base = years.snap()
    years.replicate()
    years.go(expected < 200 ? 200 : 400, (hour) => {
      if (hour % every === 0) years.snap()
      years.prune(kept, [base])
    })
    years.memory = emptyMemory()
    const verdict = years.check()
    expect(verdict.health).toBe('BROKEN')
    expect(hoursOf(verdict.delaySeconds)).toBe(expected)
  })

  test('what a lost memory made of it stays, though the primary turns out to pause longer', () => {
    const years = new Years()
    years.snap()
    years.replicate()
    years.go(100, () => {})
    years.snap()
    // At first sight the next one was due a day after the base.
    years.memory = emptyMemory()
    const before = hoursOf(years.check().delaySeconds) ?? 0
    years.go(60, () => years.check())
    years.snap()
    expect(hoursOf(years.check().delaySeconds)).toBeGreaterThanOrEqual(before + 60)
  })

  test('a primary that is not read counts as missing from one rhythm after the base on, off as planned or not', () => {
    for (const kind of ['expected', 'planned-off'] as const) {
      const years = new Years({ minAgeSeconds: 2 * HOUR })
      years.go(48, () => {
        years.snap()
        years.there = years.taken.filter(({ at }) => years.hour - at >= 2)
        years.check()
      })
      // The base is two hours old, as policy wants it; the rhythm is an hour.
      years.hour += 80
      const verdict = years.check({ primary: true }, { primaryAvailability: { kind, backAt: null, missedWindows: 0 } })
      expect(verdict).toMatchObject({ health: 'BROKEN', delaySeconds: 79 * HOUR })
    }
  })

  test('clocks that are set never make it better', () => {
    const years = new Years()
    const base = years.snap()
    years.replicate()
    dead(years, 80, 24, [base])
    const health = () => years.check().health
    expect(health()).toBe('BROKEN')
    // Of the primary, back and ahead, and of the witness.
    for (const [skew, off] of [
      [-9000, 0],
      [9000, 0],
      [0, 9000],
      [0, -9000],
      [0, 0],
    ] as const) {
      years.skewHours = skew
      years.offHours = off
      if (off >= 0) expect(health()).toBe('BROKEN')
      else health()
    }
    expect(hoursOf(years.check().delaySeconds)).toBeGreaterThanOrEqual(79)
  })

  test('snapshots taken while the clock was ahead are overdue since they were first seen', () => {
    const years = new Years()
    years.snap()
    years.replicate()
    years.check()
    years.skewHours = 9000
    dead(years, 3, 1000, years.here.slice(0, 1))
    years.skewHours = 0
    years.go(80, () => years.check())
    expect(hoursOf(years.check().delaySeconds)).toBe(82)
  })
})
