import type { Config } from '#config/effective.ts'
import type { BookChange, Store } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/ports.ts'
import type { Book } from '#lib/incidents/types.ts'
import type { Channel } from '#lib/notify/message.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { whyNotSent } from './outbox.ts'

type Addressed = BookChange['messages'][number]

interface Parts {
  readonly store: Pick<Store, 'saveBook'>
  readonly config: () => Config
  readonly open: (channel: ChannelConfig) => Channel
  readonly book: () => Book
  readonly log: EngineLog
  readonly now: () => number
  readonly stopping: AbortSignal
}

/** Kept at most, while the database takes nothing; the oldest go. */
const MOST = 500
const DELIVERY_MS = 30_000

/**
 * The way into the database, and what is done while it takes nothing: a full disk must not silence the witness just when
 * something is to be told. Then messages go out at once, from memory; what no channel has taken is written later, with all
 * that has changed meanwhile. What a process knows of that ends with it: after a restart it may be told again.
 */
export class Unwritten {
  readonly #parts: Parts
  #failed: string | null = null
  #messages: readonly Addressed[] = []
  #forgotten = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Why nothing can be written, in a sentence; none: it can. */
  warnings(): readonly string[] {
    return this.#failed === null
      ? []
      : [
          `The database takes nothing, so incidents are kept in memory only: ${this.#failed} Free space there, or see the log.`,
        ]
  }

  /** Never rejects. */
  async write(change: Omit<BookChange, 'messages'>, fresh: readonly Addressed[]): Promise<void> {
    const { store, log, now } = this.#parts
    const whole = this.#failed === null ? change : { ...change, ...this.#all(change.forgotten) }
    const messages = [...this.#messages, ...fresh]
    if (isNothing(whole, messages)) return
    try {
      await store.saveBook({ ...whole, messages }, now())
      if (this.#failed !== null) log.info('The database takes incidents again.')
      this.#failed = null
      this.#messages = []
      this.#forgotten.clear()
    } catch (error) {
      this.#failed = error instanceof Error ? error.message : String(error)
      for (const subject of change.forgotten) this.#forgotten.add(subject)
      log.error(`Incidents could not be written: ${this.#failed}`)
      this.#messages = [...this.#messages, ...(await this.#sendAtOnce(fresh))].slice(-MOST)
    }
  }

  /** All that is known: which of it the database has is not known any more. */
  #all(forgotten: readonly string[]): Pick<BookChange, 'incidents' | 'cases' | 'forgotten'> {
    const { incidents, cases } = this.#parts.book()
    return {
      incidents: [...incidents.values()],
      cases: [...cases.values()],
      forgotten: [...this.#forgotten, ...forgotten].filter((subject) => !cases.has(subject)),
    }
  }

  /** @returns those that no channel has taken */
  async #sendAtOnce(messages: readonly Addressed[]): Promise<readonly Addressed[]> {
    const { config, open, log, now, stopping } = this.#parts
    const left = await Promise.all(
      messages.map(async (each) => {
        const channel = config().notifications.channels.find(({ name }) => name === each.channel)
        if (channel === undefined || each.notBefore > now()) return [each]
        try {
          await open(channel).deliver(each.message, AbortSignal.any([AbortSignal.timeout(DELIVERY_MS), stopping]))
          return []
        } catch (error) {
          log.warn(`A message could not be sent to ${channel.name}: ${whyNotSent(error)}`)
          return [each]
        }
      }),
    )
    return left.flat()
  }
}

function isNothing(
  { incidents, cases, forgotten, toldFor = [] }: Omit<BookChange, 'messages'>,
  messages: readonly Addressed[],
): boolean {
  return incidents.length + cases.length + forgotten.length + toldFor.length + messages.length === 0
}
