import type { Mapping } from './types/inventory.ts'

/** The words that sentences are made of: names as configured, times in the configured zone. */
export interface Words {
  /** Host ids as configured. */
  readonly primary: string
  readonly backup: string
  /** `pool/ds` on each side. */
  readonly primaryDataset: string
  readonly backupDataset: string
  /** Epoch milliseconds → `2026-12-05 00:00`. */
  time(ms: number): string
  duration(seconds: number): string
  bytes(count: number): string
  /** `1 snapshot`, `3 snapshots`. */
  snapshots(count: number): string
}

export function wordsFor(mapping: Mapping, timezone: string): Words {
  return {
    primary: mapping.primary.host,
    backup: mapping.backup.host,
    primaryDataset: mapping.primary.dataset,
    backupDataset: mapping.backup.dataset,
    time: (ms) => sayTime(ms, timezone),
    duration: sayDuration,
    bytes: sayBytes,
    snapshots: (count) => (count === 1 ? '1 snapshot' : `${count} snapshots`),
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The last moment with a year of four digits. What a SAN calls a date may be any number. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59)

/** `2026-12-05 00:00` in the zone. Epoch milliseconds; held within 1970 and 9999, so that no number is refused. */
export function sayTime(ms: number, timezone: string): string {
  let format = formats.get(timezone)
  if (format === undefined) {
    // sv-SE writes ISO order; building a format is slow (about 50 µs), so one per zone is kept.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' })
    formats.set(timezone, format)
  }
  return format.format(Number.isNaN(ms) ? 0 : Math.min(LATEST, Math.max(0, ms)))
}

/** Two units at most, rounded down: `40 s`, `4 min 20 s`, `31 h 5 min`, from three days on `3 d 4 h`. Hours stay up to 72, as limits are set in hours. */
export function sayDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return twoUnits(minutes, 'min', whole % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (whole <= 72 * 3600) return twoUnits(hours, 'h', minutes % 60, 'min')
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function twoUnits(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
}

/** Binary sizes: `512 B`, `1.2 MiB`, `412 GiB`. */
export function sayBytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let value = count
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${units[unit]}`
}
