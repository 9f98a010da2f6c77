import type { Fix, Found } from './types.ts'

export const fine = (message: string): Found => ({ state: 'OK', message, cure: null, fix: [] })

export const warn = (message: string, cure: string, fix: readonly Fix[] = []): Found => ({
  state: 'WARNING',
  message,
  cure,
  fix,
})

export const bad = (message: string, cure: string, fix: readonly Fix[] = []): Found => ({
  state: 'FAILED',
  message,
  cure,
  fix,
})

export const skipped = (message: string): Found => ({ state: 'SKIPPED', message, cure: null, fix: [] })

/** `a, b and 12 more` */
export function someOf(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ')
  return names.length <= most ? shown : `${shown} and ${names.length - most} more`
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** `1.4 TiB` */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value.toFixed(unit === 0 || value >= 9.95 ? 0 : 1)} ${UNITS[unit]}`
}
