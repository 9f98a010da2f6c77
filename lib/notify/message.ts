/** What may be told, as channels name it in `events:` and as the body of a webhook says it. */
export const EVENTS = [
  'dataset.warning',
  'dataset.broken',
  'dataset.unknown',
  'dataset.recovered',
  'dataset.flapping',
  'host.unreachable',
  'host.key_changed',
  'host.recovered',
  'pool.degraded',
  'pool.unavailable',
  'pool.low_space',
  'pool.recovered',
  'repair.started',
  'repair.succeeded',
  'repair.failed',
  'repair.needs_confirmation',
  'incident.reminder',
  'digest.daily',
  'summary',
  'report',
  'config.reloaded',
  'config.invalid',
  'witness.started',
  'witness.stopping',
  'witness.warning',
  'witness.recovered',
  'test',
] as const
export type EventName = (typeof EVENTS)[number]

/** How much it matters, the worst first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * One message, as it leaves the witness: what every channel makes its own form of. It is written once, with its id, and every
 * copy of it carries that id. Names and sentences hold text that SANs said: a channel escapes what it sends.
 */
export interface Message {
  /** UUID. */
  readonly id: string
  /** UUID of the incident that it is about; null: a digest, a summary, a report, a test. */
  readonly incidentId: string | null
  readonly event: EventName
  readonly severity: Severity
  /** Of the incident: FIRING, FLAPPING, RESOLVED and so on; null without one. */
  readonly state: string | null
  /** What it was before; null: nothing was told of it yet. */
  readonly previousState: string | null
  /** One line, readable on a watch: `[BROKEN] L1S4DAT1 HQS10→HQS7: backup ahead, 26 d behind`. */
  readonly title: string
  /**
   * Paragraphs of plain text, the first one the most important. All that a person needs to know is said in them: of the rest a
   * channel adds the names of the datasets where there are several, and the link.
   */
  readonly paragraphs: readonly string[]
  /** At most 50 of them; `datasetCount` says how many there are. */
  readonly datasets: readonly MessageDataset[]
  readonly datasetCount: number
  readonly reason: { readonly code: string; readonly message: string; readonly action: string | null } | null
  /** Names of the pairs that it concerns; none: it concerns the witness, and goes to channels of every pair. */
  readonly pairs: readonly string[]
  /** Epoch ms, as all times here. */
  readonly at: number
  /** Since when what it says is so. */
  readonly since: number | null
  /** Of what has ended. */
  readonly durationSeconds: number | null
  readonly lagSeconds: number | null
  readonly runId: string | null
  /** Path of the page that shows it, from the root: `/incidents/b1f…`. With `server.public_url` before it, it is a link. */
  readonly path: string
  /** Was it silenced (paused, acknowledged) at that moment? */
  readonly suppressed: boolean
  /** A file that mail carries: a report. Absent: none. */
  readonly attachment?: { readonly name: string; readonly type: string; readonly text: string }
  /** Further facts for machines. Absent: none. */
  readonly facts?: { readonly [key: string]: Json }
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface MessageDataset {
  readonly id: string
  /** `HQS10:hqs10p1/L1S4DAT1`. */
  readonly primary: string
  readonly backup: string
}

/** A channel did not take a message. The sentence names who refused it and why, and holds no secret. */
export class DeliveryFailed extends Error {
  /** False: it will not be taken at any later time either (a wrong token is not of these: an admin mends that). */
  readonly retryable: boolean
  /** How long the other side asks to be left alone; null: it does not say. */
  readonly retryAfterSeconds: number | null

  constructor(
    message: string,
    { retryable = true, retryAfterSeconds = null }: { retryable?: boolean; retryAfterSeconds?: number | null } = {},
  ) {
    super(message)
    this.name = 'DeliveryFailed'
    this.retryable = retryable
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Takes one message to where it is read. Throws DeliveryFailed, with a sentence that holds no secret; never longer than a minute. */
export interface Channel {
  readonly name: string
  readonly type: string
  deliver(message: Message, signal: AbortSignal): Promise<void>
}
