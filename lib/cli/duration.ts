import { UsageError } from './failure.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/**
 * `90s`, `30m`, `4h`, `2d`, `1w`, `1d12h`, or a plain number of seconds → seconds.
 * @throws UsageError naming the option
 */
export function parseDuration(option: string, text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  const whole = parts.map(([part]) => part).join('') === text
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : whole
      ? parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0)
      : 0
  if (seconds > 0 && seconds <= 10 * 366 * 86_400) return seconds
  throw new UsageError(`${option} ${text}: write a length of time, for example 30s, 15m, 4h, 2d or 1d12h.`)
}

/** Seconds → `26 d 3 h`, the two largest units. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor((whole % 86_400) / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  if (days > 0) return two([days, 'd'], [hours, 'h'])
  if (hours > 0) return two([hours, 'h'], [minutes, 'min'])
  return minutes > 0 ? two([minutes, 'min'], [minutes < 10 ? whole % 60 : 0, 's']) : `${whole} s`
}

/** Null is "not known", and is said so. */
export function durationOrUnknown(seconds: number | null): string {
  return seconds === null ? '?' : durationText(seconds)
}

/** RFC 3339 → `12 min ago`, `in 5 min`, or `never`. */
export function agoText(moment: string | null, now: number): string {
  if (moment === null) return 'never'
  const seconds = (now - Date.parse(moment)) / 1000
  if (Number.isNaN(seconds)) return moment
  if (Math.abs(seconds) < 1) return 'now'
  return seconds > 0 ? `${durationText(seconds)} ago` : `in ${durationText(-seconds)}`
}

function two([large, largeUnit]: [number, string], [small, smallUnit]: [number, string]): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
