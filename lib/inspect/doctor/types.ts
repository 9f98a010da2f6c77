/** `SKIPPED`: not looked at, because something before it failed. Nothing is known then. */
export type FindingState = 'OK' | 'WARNING' | 'FAILED' | 'SKIPPED'

export type CheckName =
  | 'UID'
  | 'KEY'
  | 'HOST_KEY'
  | 'LOGIN'
  | 'CLOCK'
  | 'SHELL'
  | 'ZFS'
  | 'FEATURES'
  | 'RIGHTS'
  | 'PATH'
  | 'THROUGHPUT'
  | 'POOL'
  | 'BACKUP'
  | 'DATASET'
  | 'DATA'
  | 'FILES'
  | 'SCHEDULE'
  | 'NOTIFICATIONS'
  | 'ACCESS'

/** A line to paste. */
interface Fix {
  /** The SAN it is for, where it is run as root; null: the witness. */
  readonly host: string | null
  readonly command: string
}

/** What one check came to. */
export interface Found {
  readonly state: FindingState
  /** One sentence: what is so. */
  readonly message: string
  /** What to do about it; null where nothing is to be done. */
  readonly cure: string | null
  readonly fix: readonly Fix[]
}

export interface Subject {
  readonly kind: 'witness' | 'host' | 'pair' | 'dataset'
  /** Host id, pair name or dataset id; of the witness itself ''. */
  readonly id: string
}

export interface Finding extends Found {
  readonly check: CheckName
  readonly subject: Subject
}

export interface DoctorRequest {
  /** Only this host, and what it takes part in. */
  readonly host?: string
  /** Also send 64 MiB of zeros along every pair. */
  readonly throughput?: boolean
  readonly signal?: AbortSignal
}

export interface DoctorReport {
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly finishedAt: number
  readonly findings: readonly Finding[]
}

/** What is known of a host since it was last examined. */
export interface HostFacts {
  readonly host: string
  /** Epoch milliseconds. */
  readonly at: number
  /** `2.3.9`, or null where it did not say. */
  readonly zfsVersion: string | null
  readonly login: string | null
}

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
