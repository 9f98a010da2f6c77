import type { Config } from '#config/effective.ts'
import type { AccessStore } from '#lib/db/types.ts'

/** What everything here works with. */
export interface AuthParts {
  readonly store: AccessStore
  /** The running configuration, read at the moment of use. */
  readonly config: () => Pick<Config, 'auth' | 'server'>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly log: {
    info(message: string): void
    warn(message: string): void
    error(message: string): void
  }
}

/** Where a request comes from, as it is written down with sessions and in the audit. */
export interface Origin {
  readonly address: string | null
  readonly userAgent: string | null
}
