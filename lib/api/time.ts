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

const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59)

/** Epoch milliseconds → `2026-11-22T14:32:10Z`. What a SAN calls a date may be any number: it is held within four-digit years. */
export function iso(ms: number): string {
  return `${dateOf(ms).toISOString().slice(0, 19)}Z`
}

/** With milliseconds, for logs. */
export function isoMillis(ms: number): string {
  return dateOf(ms).toISOString()
}

/** Epoch seconds, as ZFS counts. */
export function isoSeconds(seconds: number): string {
  return iso(seconds * 1000)
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms)
}

/** A validated `Moment` → epoch milliseconds. */
export function epoch(moment: string): number {
  return Date.parse(moment)
}

function dateOf(ms: number): Date {
  return new Date(Number.isNaN(ms) ? 0 : Math.min(LATEST, Math.max(0, ms)))
}
