const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** Bytes (text where they can pass 2^53) → `212 GiB`, `1.4 TiB`; null is "?". */
export function bytesText(bytes: number | string | null): string {
  if (bytes === null) return '?'
  let value = Number(bytes)
  let unit = 0
  // 1023.5 would be shown as 1024 of the smaller unit.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}
