import type { Config } from '#config/effective.ts'
import type { ChannelStateRecord, OutboxRecord, Store } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/ports.ts'
import { type Channel, DeliveryFailed } from '#lib/notify/message.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { durationText, iso } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { summaryOf } from './summary.ts'

const MINUTE_MS = 60_000
/** Between two tries at a channel that fails; the last one holds for all that follow. */
const TRIES_MS = [1, 5, 30, 60].map((minutes) => minutes * MINUTE_MS)
/** What has waited for so long goes out as one summary, where there is more than one. */
const SUMMARY_MS = 60 * MINUTE_MS
/** A channel has so long for one message. */
const DELIVERY_MS = 60_000
/** Read at once; a summary of more says how many there are. */
const MOST_WAITING = 500
/** So many in one turn: the next turn takes the rest. */
const MOST_SENT = 50

interface OutboxParts {
  readonly store: Pick<
    Store,
    | 'waiting'
    | 'sentSince'
    | 'endMessages'
    | 'noteAttempt'
    | 'mergeMessages'
    | 'channelStates'
    | 'saveChannelState'
    | 'dropChannelsBut'
    | 'book'
  >
  readonly config: () => Config
  /** The channel of a configuration. */
  readonly open: (channel: ChannelConfig) => Channel
  readonly log: EngineLog
  readonly now: () => number
  readonly stopping: AbortSignal
}

interface ChannelHealth {
  readonly channel: string
  readonly message: string | null
}

/** In a sentence that holds no secret: an error that is not a channel's own may quote the address. */
export function whyNotSent(error: unknown): string {
  if (error instanceof DeliveryFailed) return error.message
  return `The channel failed inside (${error instanceof Error ? error.name : typeof error}).`
}

/**
 * Sends what waits in the database. Each channel goes by itself, in the order in which its messages were written: one that is
 * down holds up nobody else. A message is noted as sent after it was sent: killed in between, it goes out twice, with the
 * same id.
 */
export class Outbox {
  readonly #parts: OutboxParts
  #states: ReadonlyMap<string, ChannelStateRecord> = new Map()
  readonly #lanes = new Map<string, Promise<void>>()
  /** Sent and refused since the start, by channel. */
  readonly #counts = new Map<string, { sent: number; failed: number }>()

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** What an earlier process knew of the channels; what waits for one that is gone goes nowhere. */
  async load(): Promise<void> {
    const { store, config, log, now } = this.#parts
    const dropped = await store.dropChannelsBut(
      config().notifications.channels.map(({ name }) => name),
      now(),
    )
    if (dropped > 0)
      log.warn(`${dropped} messages were not sent: their channels are not in the configuration any more.`)
    this.#states = await store.channelStates()
  }

  /** Every channel, and why it takes nothing; null: it does, as far as is known. */
  health(): readonly ChannelHealth[] {
    const { notifications, scheduler } = this.#parts.config()
    return notifications.channels.map(({ name, type }) => {
      const state = this.#states.get(name)
      if (state?.failingSince == null) return { channel: name, message: null }
      const which = name === type ? name : `${name} (${type})`
      const since = zonedMinute(state.failingSince, scheduler.timezone)
      const next = zonedMinute(state.tryAt, scheduler.timezone).slice(-5)
      const message = `The channel ${which} has taken no message since ${since}. ${state.error ?? 'It is not known why.'} Its messages wait; the next try is at ${next}.`
      return { channel: name, message }
    })
  }

  state(channel: string): ChannelStateRecord | null {
    return this.#states.get(channel) ?? null
  }

  counts(): ReadonlyMap<string, { readonly sent: number; readonly failed: number }> {
    return this.#counts
  }

  /** Sends what may be sent now. Resolves when every channel has come to its end or its first failure; never rejects. */
  async send(): Promise<void> {
    const { channels } = this.#parts.config().notifications
    await Promise.all(channels.map((channel) => this.#lane(channel)))
  }

  /** One at a time for each channel. */
  #lane(channel: ChannelConfig): Promise<void> {
    const running = this.#lanes.get(channel.name)
    if (running !== undefined) return running
    const lane = this.#drain(channel)
      .catch((error: unknown) =>
        this.#parts.log.error(
          `Sending to ${channel.name} failed inside: ${error instanceof Error ? error.message : error}`,
        ),
      )
      .finally(() => this.#lanes.delete(channel.name))
    this.#lanes.set(channel.name, lane)
    return lane
  }

  async #drain(channel: ChannelConfig): Promise<void> {
    const { now, stopping } = this.#parts
    for (let sent = 0; sent < MOST_SENT && !stopping.aborted; sent++) {
      const state = this.#states.get(channel.name)
      // A clock that was set back makes no try later than it was planned from now on.
      if (state !== undefined && state.tryAt > now() && state.tryAt - now() <= MINUTE_MS * 60) return
      const next = await this.#next(channel)
      if (next === null) return
      if (!(await this.#deliver(channel, next))) return
    }
  }

  /** The message to send now, of all that wait for a channel. */
  async #next(channel: ChannelConfig): Promise<OutboxRecord | null> {
    const { store, now } = this.#parts
    for (;;) {
      const waiting = (await store.waiting(channel.name, MOST_WAITING)).filter(({ notBefore }) => notBefore <= now())
      const [first] = waiting
      if (first === undefined) return null
      const { incidentId } = first.message
      if (
        first.notBefore > first.at &&
        incidentId !== null &&
        (await store.sentSince(channel.name, incidentId, first.seq))
      ) {
        await store.endMessages([first.seq], { state: 'OUTDATED', at: now() })
        continue
      }
      if (waiting.length === 1 || now() - first.at < SUMMARY_MS) return first
      const { incidents } = await store.book(first.at)
      await store.mergeMessages(
        waiting.map(({ seq }) => seq),
        { channel: channel.name, message: summaryOf(waiting, incidents, now()), now: now() },
      )
    }
  }

  /** @returns whether the next one may be tried */
  async #deliver(channel: ChannelConfig, record: OutboxRecord): Promise<boolean> {
    const { store, open, now, log, stopping } = this.#parts
    const tally = this.#counts.get(channel.name) ?? { sent: 0, failed: 0 }
    this.#counts.set(channel.name, tally)
    try {
      await open(channel).deliver(record.message, AbortSignal.any([AbortSignal.timeout(DELIVERY_MS), stopping]))
    } catch (error) {
      if (stopping.aborted) return false
      tally.failed++
      return this.#failed(channel, record, error)
    }
    tally.sent++
    await store.endMessages([record.seq], { state: 'SENT', at: now() })
    const before = this.#states.get(channel.name)
    if (before?.failingSince != null)
      log.info(
        `The channel ${channel.name} takes messages again, after ${durationText((now() - before.failingSince) / 1000)}.`,
      )
    await this.#save({ channel: channel.name, failingSince: null, attempts: 0, tryAt: 0, error: null, sentAt: now() })
    return true
  }

  async #failed(channel: ChannelConfig, record: OutboxRecord, error: unknown): Promise<boolean> {
    const { store, now, log } = this.#parts
    const known = error instanceof DeliveryFailed
    const message = whyNotSent(error)
    if (known && !error.retryable) {
      log.error(`A message was refused for good by ${channel.name}: ${message}`)
      await store.endMessages([record.seq], { state: 'REFUSED', at: now(), error: message })
      return true
    }
    const before = this.#states.get(channel.name)
    const attempts = (before?.attempts ?? 0) + 1
    const pause = TRIES_MS[Math.min(attempts, TRIES_MS.length) - 1] ?? SUMMARY_MS
    // Whoever says how long it wants to be left alone is left alone.
    const asked = known ? (error.retryAfterSeconds ?? 0) * 1000 : 0
    const tryAt = now() + Math.max(pause, asked)
    log.warn(`A message could not be sent to ${channel.name}: ${message} The next try is at ${iso(tryAt)}.`)
    await store.noteAttempt(record.seq, message)
    await this.#save({
      channel: channel.name,
      failingSince: before?.failingSince ?? now(),
      attempts,
      tryAt,
      error: message,
      sentAt: before?.sentAt ?? null,
    })
    return false
  }

  async #save(record: ChannelStateRecord): Promise<void> {
    this.#states = new Map(this.#states).set(record.channel, record)
    await this.#parts.store.saveChannelState(record)
  }
}
