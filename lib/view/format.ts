// What people read of numbers and times. Pure: the moment is always given.

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [1, 's'],
] as const

/** Two units at most: `3 d 4 h`, `31 h 5 min`, `40 s`. Hours go on to 48, because limits are given in hours. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const first = whole >= 2 * DAY ? 0 : whole >= HOUR ? 1 : whole >= MINUTE ? 2 : 3
  const parts: string[] = []
  let rest = whole
  for (const [size, name] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name}`)
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}

/** One unit: `40 s ago`, `in 4 min`, `just now`. Both in epoch milliseconds. */
export function formatRelative(at: number, now: number): string {
  const seconds = Math.round(Math.abs(at - now) / 1000)
  if (seconds < 5) return 'just now'
  const [size, name] = UNITS.find(([length]) => seconds >= length * (length === DAY ? 2 : 1)) ?? UNITS[3]
  const words = `${Math.floor(seconds / size)} ${name}`
  return at > now ? `in ${words}` : `${words} ago`
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1.2 MiB`, `412 GiB`: one decimal below 10. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let at = 0
  // Rounding may reach the next unit: 1023.9 GiB is 1 TiB.
  while (Math.round(value) >= 1024 && at < SIZES.length - 1) {
    value /= 1024
    at++
  }
  const digits = at > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${SIZES[at]}`
}

/** `2026-11-22 14:32` in UTC, the same on server and browser. */
export function formatMinute(moment: string): string {
  return moment.slice(0, 16).replace('T', ' ')
}

/** `14:32:10 UTC`. Epoch milliseconds. */
export function formatClock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}
