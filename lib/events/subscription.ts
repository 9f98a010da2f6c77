import { ClientQueue } from './queue.ts'
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

export interface SubscriptionParts {
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
