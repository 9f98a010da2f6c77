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
  | 'DATABASE'
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
