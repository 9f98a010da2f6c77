import { z } from 'zod'
import type { LagPoint as Point } from '#lib/db/types.ts'
import { iso } from '#lib/text/words.ts'
import { Timestamp } from './fields.ts'
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

export function lagPoint(point: Point): z.input<typeof LagPoint> {
  const { delaySeconds, lagSeconds } = point
  const health = HEALTHS.find((known) => known === point.health) ?? 'UNKNOWN'
  return { at: iso(point.at), delaySeconds, lagSeconds, health }
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
