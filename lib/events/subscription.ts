import type { ByeReason, HubEvent, Topic } from './types.ts'

export interface SubscribeOptions {
  /** Whose stream it is, for counting. */
  readonly owner?: string
  /** Where every place is taken, another one's stream ends for this one. */
  readonly mayDisplace?: boolean
  /** As the client sent it, or null. */
  readonly lastEventId: string | null
  /** Null: everything but `log`. */
  readonly topics?: ReadonlySet<Topic> | null
  /** Of `log` and `progress` only those of this run. */
  readonly runId?: string | null
}

export interface Subscription {
  /** `<bootId>-<number>` this client is up to date with before its first event; null while a replay is still to be sent. */
  readonly startId: string | null
  readonly bootId: string
  /** The next event; null once the subscription has ended and everything was taken. */
  next(): Promise<HubEvent | null>
  /** Ends with a last `bye`, dropping what still waits. */
  bye(reason: ByeReason): void
  /** Ends at once; the client is gone. Twice does no harm. */
  close(): void
}

export interface OpenSubscription extends Subscription {
  readonly options: SubscribeOptions
  offer(event: HubEvent): void
}

interface SubscriptionParts {
  readonly bootId: string
  readonly startId: string | null
  readonly first: readonly HubEvent[]
  readonly queueSize: number
  readonly options: SubscribeOptions
  readonly lastNumber: () => number
  readonly onClose: () => void
}

export function openSubscription(parts: SubscriptionParts): OpenSubscription {
  const queue = new ClientQueue(
    parts.queueSize,
    parts.first.filter((event) => isWanted(event, parts.options)),
  )
  let ended = false

  function offer(event: HubEvent): void {
    if (!ended && isWanted(event, parts.options)) queue.push(event)
  }
  function close(): void {
    if (ended) return
    ended = true
    queue.wake()
    parts.onClose()
  }

  return {
    bootId: parts.bootId,
    options: parts.options,
    startId: parts.startId,
    offer,
    close,
    async next() {
      if (!ended) await queue.ready()
      return queue.shift() ?? null
    },
    bye(reason) {
      if (ended) return
      queue.replace({ type: 'bye', number: parts.lastNumber(), data: JSON.stringify({ reason }), runId: null })
      close()
    },
  }
}

function isWanted(event: HubEvent, { topics = null, runId = null }: SubscribeOptions): boolean {
  if (event.type === 'resync' || event.type === 'bye') return true
  if (topics ? !topics.has(event.type) : event.type === 'log') return false
  return runId === null || event.runId === null || event.runId === runId
}

/** What one client has still to be sent, bounded: a slow client costs itself, not the witness. */
class ClientQueue {
  readonly #limit: number
  /** What happened while the client was away; not counted, since the history is bounded itself. */
  #replay: HubEvent[]
  #events: HubEvent[] = []
  #wake: (() => void) | null = null

  constructor(limit: number, replay: readonly HubEvent[] = []) {
    this.#limit = limit
    this.#replay = [...replay]
  }

  get length(): number {
    return this.#replay.length + this.#events.length
  }

  push(event: HubEvent): void {
    if (this.#events.length >= this.#limit) this.#makeRoom(event)
    else this.#events.push(event)
    this.wake()
  }

  /** Lets the waiter go, although there may be nothing. */
  wake(): void {
    this.#wake?.()
    this.#wake = null
  }

  /** Replaces everything that waits. */
  replace(event: HubEvent): void {
    this.#replay = []
    this.#events = []
    this.push(event)
  }

  shift(): HubEvent | undefined {
    return this.#replay.shift() ?? this.#events.shift()
  }

  /** Resolves once there is something (at once if there is) or on `wake`. One waiter at a time. */
  async ready(): Promise<void> {
    if (this.length > 0) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  /** Progress is out of date a second later and goes first; anything else that is lost, the client must read anew. */
  #makeRoom(event: HubEvent): void {
    if (event.type === 'progress') return
    const kept = this.#events.filter((waiting) => waiting.type !== 'progress')
    if (kept.length < this.#events.length) this.#events = [...kept, event]
    else {
      this.#replay = []
      this.#events = [{ type: 'resync', number: event.number, data: '{"reason":"overflow"}', runId: null }]
    }
  }
}
