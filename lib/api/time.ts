import { z } from 'zod'

/** A moment in an answer. */
export const Timestamp = z.string().meta({
  id: 'Timestamp',
  format: 'date-time',
  description: 'RFC 3339, UTC, with `Z`.',
  examples: ['2026-11-22T14:32:10Z'],
})

/** A moment in a request; another offset than `Z` is taken too. */
export const Moment = z.iso.datetime({ offset: true }).meta({
  format: 'date-time',
  description: 'RFC 3339, for example `2026-11-22T14:32:10Z`.',
})

/** A validated `Moment` → epoch milliseconds. */
export function epoch(moment: string): number {
  return Date.parse(moment)
}
