import { z } from 'zod'
import type { LagPoint as Point, Store } from '#lib/db/types.ts'
import { iso } from '#lib/text/words.ts'
import { DAY_MS, epoch, Timestamp } from './fields.ts'
import { impossibleParameter } from './refusals.ts'
import { Health } from './words.ts'

export const LagPoint = z
  .object({
    at: Timestamp.describe('Begin of the step.'),
    delaySeconds: z.number().nullable(),
    lagSeconds: z.number().nullable(),
    health: Health,
  })
  .meta({ id: 'LagPoint', description: 'The worst of one step of time. A step without a check has no point.' })

export type LagView = z.input<typeof LagPoint>

export const Lag = z
  .object({ items: z.array(LagPoint), from: Timestamp, to: Timestamp, stepSeconds: z.number().int() })
  .meta({ id: 'Lag', description: 'How far a backup was behind, over time.' })

const HEALTHS: readonly z.input<typeof Health>[] = ['HEALTHY', 'WARNING', 'BROKEN', 'UNKNOWN']

export function lagPoint(point: Point): LagView {
  const { delaySeconds, lagSeconds } = point
  const health = HEALTHS.find((known) => known === point.health) ?? 'UNKNOWN'
  return { at: iso(point.at), delaySeconds, lagSeconds, health }
}

/** One point a day, of today and of the days before it. */
export async function dailyLag(
  store: Pick<Store, 'lag'>,
  datasetId: string,
  days: number,
  now: number,
): Promise<LagView[]> {
  // Whole days in UTC, so that today is the last one.
  const from = Math.floor(now / DAY_MS) * DAY_MS - (days - 1) * DAY_MS
  const points = await store.lag(datasetId, from, now, DAY_MS)
  return points.map(lagPoint)
}

interface WantedRange {
  readonly from?: string
  readonly to?: string
  /** Seconds. */
  readonly step?: number
}

/**
 * What is shown of a dataset's past: the last 30 days if nothing else is wanted. Epoch milliseconds.
 * @throws Problem 400 for a range without length, or with too many points
 */
export function lagRange(wanted: WantedRange, now: number) {
  const to = wanted.to === undefined ? now : epoch(wanted.to)
  const from = wanted.from === undefined ? to - 30 * DAY_MS : epoch(wanted.from)
  if (from >= to) impossibleParameter('/from', '`from` must be before `to`.')
  const stepSeconds = wanted.step ?? stepFor(to - from)
  if (isTooFine(to - from, stepSeconds)) {
    impossibleParameter('/step', 'More than 1,000 points; take a longer step or a shorter time.')
  }
  return { from, to, stepSeconds }
}

const MOST_POINTS = 1000
const STEPS = [60, 300, 900, 3600, 6 * 3600, 24 * 3600]

/** Shortest step (seconds) that gives at most 200 points for the span (milliseconds). */
export function stepFor(spanMs: number): number {
  return STEPS.find((step) => spanMs / 1000 / step <= 200) ?? Math.ceil(spanMs / 1000 / 200 / 86_400) * 86_400
}

export function isTooFine(spanMs: number, stepSeconds: number): boolean {
  return spanMs / 1000 / stepSeconds > MOST_POINTS
}
