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

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** Bytes (text where they can pass 2^53) → `212 GiB`, `1.4 TiB`; null is "?". */
export function bytesText(bytes: number | string | null): string {
  if (bytes === null) return '?'
  let value = Number(bytes)
  let unit = 0
  // 1023.5 would be shown as 1024 of the smaller unit.
  while (value >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`
}
