import type { EventName, Severity } from './message.ts'

/** `notifications:` with its defaults. Times in seconds; times of day in minutes, in the zone of the scheduler. */
export interface NotificationSettings {
  /** How long a WARNING lasts before it is told. */
  readonly warnForSeconds: number
  /** When the daily digest goes out, minutes of day; null: none. */
  readonly digestAt: number | null
  /** How often the protection report goes to the channels of type email; null: never. */
  readonly report: { readonly every: 'week' | 'month' } | null
  readonly channels: readonly ChannelConfig[]
  readonly deadman: readonly PingConfig[]
}

/** One channel: what every one has, and in `settings` what only its type has. */
export interface ChannelConfig {
  /** The only one of its name. */
  readonly name: string
  readonly type: string
  readonly minSeverity: Severity
  /** Null: everything but repair.started, repair.succeeded, config.*, witness.started and witness.stopping. */
  readonly events: readonly EventName[] | null
  /** Names of pairs; null: of all. */
  readonly pairs: readonly string[] | null
  /** Minutes of day, `to` exclusive; it may run over midnight. */
  readonly quietHours: { readonly from: number; readonly to: number } | null
  /** Does what is BROKEN pass the quiet hours? */
  readonly critical: boolean
  /** The keys of its type as the file calls them, judged by the schema of the type. Secrets among them: never serialise it. */
  readonly settings: { readonly [key: string]: unknown }
}

/** A service that raises an alarm when the witness no longer calls it. */
export interface PingConfig {
  /** It holds a token: never shown. */
  readonly url: string
  readonly kind: 'healthchecks' | 'uptime_kuma'
  /** check: a check was completed, whatever it found. health: and nothing is BROKEN. */
  readonly by: 'check' | 'health'
}
