import { expect, test } from 'bun:test'
import { storeWithDatasets } from '#lib/db/store-fixture.ts'
import type { LookSpan } from '#lib/db/types.ts'
import { countObjectives, objectiveOf } from './count-objective.ts'
import { monthsBefore, sharesOf } from './objective.ts'

const HOUR = 3600_000
const DAY = 24 * HOUR

const MONTHS = [
  // The clock goes back on 25 October and forward on 28 March: an hour more, an hour less.
  ['Europe/Berlin', '2026-11-05T12:00:00Z', ['2026-11', '2026-10', '2026-09'], [30, 31, 30], [0, 1, 0]],
  ['Europe/Berlin', '2027-04-01T00:00:00Z', ['2027-04', '2027-03', '2027-02'], [30, 31, 28], [0, -1, 0]],
  // Still October on the one side of the world, November already on the other.
  ['America/New_York', '2026-11-01T03:59:59Z', ['2026-10', '2026-09'], [31, 30], [0, 0]],
  ['America/New_York', '2026-11-01T04:00:00Z', ['2026-11', '2026-10'], [30, 31], [1, 0]],
  ['Asia/Kolkata', '2026-10-31T18:30:00Z', ['2026-11', '2026-10'], [30, 31], [0, 0]],
  ['UTC', '2028-03-01T00:00:00Z', ['2028-03', '2028-02'], [31, 29], [0, 0]],
  ['UTC', '2027-01-15T00:00:00Z', ['2027-01', '2026-12', '2026-11'], [31, 31, 30], [0, 0, 0]],
] as const

test.each(MONTHS)('months of %s at %s', (zone, now, names, days, hours) => {
  const months = monthsBefore(Date.parse(now), zone, names.length)
  expect(months.map(({ month }) => month)).toEqual([...names])
  expect(months.map(({ from, to }) => (to - from) / HOUR)).toEqual(
    days.map((count, at) => count * 24 + (hours[at] ?? 0)),
  )
  for (const [at, { from }] of months.entries()) if (at > 0) expect(months[at]?.to).toBe(months[at - 1]?.from ?? from)
})

type Spans = readonly (readonly [LookSpan['state'], number, number])[]

const RHYTHM = { longestMs: 20, holdsMs: 10 }
const SHARES: readonly (readonly [
  string,
  Spans,
  readonly [number, number],
  readonly [number, number, number] | null,
])[] = [
  ['nothing', [], [0, 100], null],
  ['all inside', [['inside', 0, 100]], [0, 100], [100, 0, 0]],
  [
    'inside, then outside: what was seen holds until the next look',
    [
      ['inside', 0, 40],
      ['outside', 50, 100],
    ],
    [0, 100],
    [50, 50, 0],
  ],
  [
    'a look that could not look',
    [
      ['inside', 0, 40],
      ['unknown', 50, 60],
      ['inside', 70, 100],
    ],
    [0, 100],
    [80, 0, 20],
  ],
  [
    'nobody looked: one interval holds, the rest is unknown',
    [
      ['inside', 0, 30],
      ['inside', 80, 100],
    ],
    [0, 100],
    [60, 0, 40],
  ],
  [
    'nobody looked, and it was outside before',
    [
      ['outside', 0, 30],
      ['inside', 80, 100],
    ],
    [0, 100],
    [20, 40, 40],
  ],
  [
    'exactly as long as a check may slip',
    [
      ['inside', 0, 30],
      ['inside', 50, 100],
    ],
    [0, 100],
    [100, 0, 0],
  ],
  ['nobody has looked since', [['inside', 0, 30]], [0, 100], [40, 0, 60]],
  [
    'the last look before the month says how it began',
    [
      ['inside', -10, 45],
      ['outside', 50, 100],
    ],
    [0, 100],
    [50, 50, 0],
  ],
  [
    'the last look before the month was too long ago',
    [
      ['inside', -50, -50],
      ['inside', 40, 100],
    ],
    [0, 100],
    [60, 0, 40],
  ],
  [
    'watched since the middle of the month: what was before is not counted',
    [['inside', 60, 100]],
    [0, 100],
    [40, 0, 0],
  ],
  ['watched since after the month', [['inside', 100, 110]], [0, 100], null],
  [
    'the next look, after the end, says that nobody looked at the end',
    [
      ['inside', 0, 85],
      ['inside', 115, 120],
    ],
    [0, 100],
    [95, 0, 5],
  ],
]

test.each(SHARES)('shares: %s', (_, spans, [from, to], expected) => {
  const list = spans.map(([state, first, last]) => ({ state, from: first, to: last }))
  const seenUntil = Math.max(to, ...list.map((span) => span.to))
  const shares = sharesOf(list, { from, to, seenUntil }, RHYTHM)
  expect(shares && [shares.insideMs, shares.outsideMs, shares.unknownMs]).toEqual(expected && [...expected])
  if (shares !== null) expect(shares.insideMs + shares.outsideMs + shares.unknownMs).toBe(shares.to - shares.from)
})

const scheduler = { intervalSeconds: 3600, timezone: 'UTC' }
const LIMIT = { datasetId: 'a', maxDelaySeconds: 10 * 3600 }

const LOOKS = [
  [{ delaySeconds: 0, health: 'HEALTHY' }, 'inside'],
  [{ delaySeconds: 36_000, health: 'WARNING' }, 'inside'],
  [{ delaySeconds: 36_001, health: 'BROKEN' }, 'outside'],
  [{ delaySeconds: 0, health: 'BROKEN' }, 'inside'],
  [{ delaySeconds: null, health: 'BROKEN' }, 'outside'],
  [{ delaySeconds: null, health: 'HEALTHY' }, 'inside'],
  [{ delaySeconds: null, health: 'WARNING' }, 'unknown'],
  // Nobody saw either: however far behind it has become by the clock.
  [{ delaySeconds: 0, health: 'UNKNOWN' }, 'unknown'],
  [{ delaySeconds: 99_999, health: 'UNKNOWN' }, 'unknown'],
] as const

test.each(LOOKS)('a look that saw %j is %s', async (look, state) => {
  const store = await storeWithDatasets()
  await store.addLag([{ datasetId: 'a', at: 5, lagSeconds: null, ...look }])
  expect(await store.lookSpans({ ...LIMIT, from: 0, to: 10, longest: 100 })).toEqual([{ state, from: 5, to: 5 }])
})

/** A look every hour of the days, one of them outside, one not looked at. */
async function watched() {
  const store = await storeWithDatasets()
  const begin = Date.parse('2026-10-11T00:00:00Z')
  const looks = Array.from({ length: 40 * 24 }, (_, hour) => begin + hour * HOUR)
  const outside = Date.parse('2026-10-20T00:00:00Z')
  const away = Date.parse('2026-11-05T00:00:00Z')
  const points = looks
    .filter((at) => at < away || at >= away + DAY)
    .map((at) => ({
      ...{ datasetId: 'a', at, lagSeconds: 0, health: 'HEALTHY' },
      delaySeconds: at >= outside && at < outside + DAY ? 40_000 : 0,
    }))
  await store.addLag(points)
  return { store, now: begin + 40 * DAY - HOUR }
}

const inDays = (months: Awaited<ReturnType<typeof objectiveOf>>) =>
  months.map(({ month, insideMs, outsideMs, unknownMs }) => [
    month,
    ...[insideMs, outsideMs, unknownMs].map((ms) => Math.round((ms / DAY) * 24) / 24),
  ])

const EXPECTED = [
  // To 19 November 23:00; the last look before the day without any holds for an hour of it.
  ['2026-11', 17 + 23 / 24, 0, 1],
  ['2026-10', 20, 1, 0],
]

test('months from real looks: a day outside, a day without a look, and only since it was watched', async () => {
  const { store, now } = await watched()
  expect(inDays(await objectiveOf({ store, scheduler, now }, LIMIT, 12))).toEqual(EXPECTED)
})

test('what is counted and what has been since are the same as all at once, whenever it was counted', async () => {
  for (const hours of [0, 5, 13.5, 24 * 10, 24 * 14 + 3, 24 * 14.5, 24 * 25]) {
    const { store, now } = await watched()
    await countObjectives({ store, scheduler, now: now - hours * HOUR }, [LIMIT])
    expect(inDays(await objectiveOf({ store, scheduler, now }, LIMIT, 12))).toEqual(EXPECTED)
    // Nothing of a month that is over is counted twice.
    await countObjectives({ store, scheduler, now }, [LIMIT])
    const again = await countObjectives({ store, scheduler, now }, [LIMIT])
    expect(again).toBe(0)
    expect(inDays(await objectiveOf({ store, scheduler, now }, LIMIT, 12))).toEqual(EXPECTED)
  }
})

test('a month that was counted stays as it was judged then, whatever the limit is now', async () => {
  const { store, now } = await watched()
  await countObjectives({ store, scheduler, now }, [LIMIT])
  const stricter = { ...LIMIT, maxDelaySeconds: -1 }
  expect(inDays(await objectiveOf({ store, scheduler, now }, stricter, 12))[1]).toEqual(EXPECTED[1] ?? [])
})
