import { expect, test } from 'bun:test'
import type { Config } from '#config/effective.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { dueNow } from './calendar.ts'

const DAY = 86_400_000
const HOUR = 3600_000
/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 10, 2)

/** What is due at each of these moments, one after the other, with what the database keeps in between. */
async function told(
  moments: readonly number[],
  {
    digestAt = null,
    every = null,
    zone = 'UTC',
    waiting = [],
  }: {
    readonly digestAt?: number | null
    readonly every?: 'week' | 'month' | null
    readonly zone?: string
    readonly waiting?: readonly (readonly string[])[]
  },
): Promise<readonly (readonly string[])[]> {
  const kept = new Map<string, string>()
  const events: string[][] = []
  const broken = {
    resolvedAt: null,
    state: 'FIRING',
    severity: 'critical',
    message: 'L1 is broken.',
    since: MONDAY - DAY,
  }
  for (const [index, at] of moments.entries()) {
    const due = await dueNow(
      {
        store: { toldFor: async (what) => kept.get(what) ?? null },
        config: () =>
          ({
            scheduler: { timezone: zone },
            notifications: { digestAt, report: every && { every } },
          }) as unknown as Config,
        report: async () => ({
          title: 'Report',
          paragraphs: [],
          attachment: { name: 'a.csv', type: 'text/csv', text: '' },
        }),
        decisions: () => (waiting[index] ?? []).map(dataset),
      },
      [broken as never],
      { at, decisions: true },
    )
    for (const { what, moment } of due.toldFor) kept.set(what, moment)
    events.push(due.drafts.map(({ message }) => `${message.event} ${message.datasetCount}`))
  }
  return events
}

function dataset(id: string): DatasetView['dataset'] {
  const side = { host: 'h', dataset: `p/${id}` }
  return {
    id,
    mapping: { id, primary: side, backup: side },
    config: { pair: 'one' },
  } as unknown as DatasetView['dataset']
}

test('the digest comes once a day, after its time, in the zone of the scheduler; a missed one is made up for', async () => {
  const at = [0, 7.9, 8, 9, 24 + 8, 72 + 20].map((hours) => MONDAY + hours * HOUR)
  const digest = ['digest.daily 0']
  expect(await told(at, { digestAt: 8 * 60 })).toEqual([[], [], digest, [], digest, digest])
  // 08:00 in Tokyo is 23:00 of the day before.
  expect(await told([MONDAY - 2 * HOUR, MONDAY - HOUR], { digestAt: 8 * 60, zone: 'Asia/Tokyo' })).toEqual([[], digest])
})

test('the report comes on Mondays at seven, or on the first of the month; not at once where it is new', async () => {
  const report = ['report 0']
  const weekly = [MONDAY - DAY, MONDAY + 6 * HOUR, MONDAY + 7 * HOUR, MONDAY + 3 * DAY, MONDAY + 8 * DAY + 9 * HOUR]
  expect(await told(weekly, { every: 'week' })).toEqual([[], [], report, [], report])
  const monthly = [Date.UTC(2026, 10, 30, 12), Date.UTC(2026, 11, 1, 7), Date.UTC(2026, 11, 31, 23)]
  expect(await told(monthly, { every: 'month' })).toEqual([[], report, []])
})

test('what waits for a word is told once; what comes to wait again is told again', async () => {
  const waiting = [['a', 'b'], ['a', 'b'], ['a', 'b', 'c'], [], ['a']]
  expect(
    await told(
      waiting.map((_, index) => MONDAY + index * HOUR),
      { waiting },
    ),
  ).toEqual([['repair.needs_confirmation 2'], [], ['repair.needs_confirmation 1'], [], ['repair.needs_confirmation 1']])
})
