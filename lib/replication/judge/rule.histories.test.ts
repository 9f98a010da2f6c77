import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { hoursOf, type Taken, Years } from '../testing/years.ts'

/* The rule of delay, over histories that no one has thought of. */

describe('over random histories', () => {
  type Event = readonly ['snap' | 'prune' | 'replicate' | 'part' | 'back' | 'blind' | 'check', number]
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('snap' as const), fc.nat(3)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('prune' as const), fc.nat(30)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('replicate' as const), fc.nat(3)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('part' as const), fc.nat(9)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('back' as const), fc.nat(4)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('blind' as const), fc.nat(1)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('check' as const), fc.nat(9)) },
  )

  function happen(years: Years, [kind, number]: Event): void {
    if (kind === 'snap') years.snap()
    if (kind === 'replicate') years.replicate()
    if (kind === 'part') years.replicate(years.here[Math.floor((years.here.length * number) / 10)])
    if (kind === 'prune') {
      // The newest common one stays: without any there is no delay.
      const common = years.here.findLast((each) => years.there.includes(each))
      years.prune(number, common === undefined ? [] : [common])
    }
    if (kind === 'back') {
      const common = years.there.filter((each) => years.here.includes(each))
      const to = common.at(-1 - number)
      if (to !== undefined) years.there = years.there.filter(({ createtxg }) => createtxg <= to.createtxg)
    }
  }

  test('while the newest common one is the same and something is missing, the delay never falls; and it is never below the true one', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (events) => {
        const years = new Years()
        years.snap()
        years.replicate()
        years.check()
        let before: { base: string | undefined; delay: number } = { base: undefined, delay: 0 }
        for (const each of events) {
          years.hour += 0.5
          happen(years, each)
          // The witness sees every snapshot before it goes, as it looks every half hour.
          const verdict = years.check(each[0] === 'blind' ? (each[1] === 0 ? { primary: true } : { backup: true }) : {})
          if (each[0] === 'blind') continue
          const base = years.here.findLast((one) => years.there.includes(one)) as Taken
          const missing = years.here.some(({ createtxg }) => createtxg > base.createtxg)
          if (!missing) continue
          const delay = hoursOf(verdict.delaySeconds) ?? -1
          const first = years.taken.find((one) => one.createtxg > base.createtxg)
          const seenFirst = years.here.find((one) => one.createtxg > base.createtxg)
          const cleared =
            verdict.delaySeconds !== null && before.base === base.guid && years.memory.waiting?.since === null
          expect(cleared).toBe(false)
          if (before.base === base.guid) expect(delay).toBeGreaterThanOrEqual(before.delay)
          expect(delay).toBeGreaterThanOrEqual(years.hour - (seenFirst?.at ?? years.hour))
          // Nothing was missing for a day and more at most where all of these fit into a day.
          if (years.hour < 24) expect(delay).toBeGreaterThanOrEqual(years.hour - (first?.at ?? years.hour) - 0.001)
          before = { base: base.guid, delay }
        }
      }),
      { numRuns: 500 },
    )
  })
})
