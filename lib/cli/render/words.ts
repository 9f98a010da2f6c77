import { bytesText, durationText, relativeTime } from '#lib/text/words.ts'

/** Null is "not known", and is shown as such. */
export function durationOrUnknown(seconds: number | null): string {
  return seconds === null ? '?' : durationText(seconds)
}

/** RFC 3339 → `12 min ago`, `in 5 min`, or `never`. */
export function agoText(moment: string | null, now: number): string {
  if (moment === null) return 'never'
  const at = Date.parse(moment)
  return Number.isNaN(at) ? moment : relativeTime(at, now)
}

/** Bytes (text where they can pass 2^53); null is "?". */
export function sizeOrUnknown(bytes: number | string | null): string {
  return bytes === null ? '?' : bytesText(bytes)
}
