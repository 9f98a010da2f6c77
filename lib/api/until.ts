import { z } from 'zod'
import { impossible } from './refusals.ts'
import { epoch, Moment } from './time.ts'

const YEAR_SECONDS = 366 * 86_400

/** The fields of everything that can be limited in time. */
export const untilFields = {
  until: Moment.optional().describe('Until then; not together with `seconds`. Without both: until somebody ends it.'),
  seconds: z.number().int().min(1).max(YEAR_SECONDS).optional().describe('For so long.'),
  reason: z.string().max(500).optional().describe('Kept with it, for those who come later.'),
}

/**
 * Epoch milliseconds, null for no end.
 * @throws Problem 422 for both at once and for a time that is over
 */
export function untilOf(
  { until, seconds }: { readonly until?: string; readonly seconds?: number },
  now: number,
): number | null {
  if (until !== undefined && seconds !== undefined) impossible('/until', 'Give `until` or `seconds`, not both.')
  if (seconds !== undefined) return now + seconds * 1000
  if (until === undefined) return null
  const end = epoch(until)
  if (end <= now) impossible('/until', `${until} is over; give a time in the future.`)
  return end
}
