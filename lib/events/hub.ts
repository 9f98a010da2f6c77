import { randomBytes } from 'node:crypto'
import { type OpenSubscription, openSubscription, type SubscribeOptions, type Subscription } from './subscription.ts'
import { type ByeReason, type Clock, type EventData, type HubEvent, systemClock, type Topic } from './types.ts'

export interface EventHub {
  /** Of this process start: an id with another one cannot be replayed. */
  readonly bootId: string
  /** Never waits and never throws for a client's sake. */
  publish<T extends Topic>(topic: T, data: EventData[T]): void
  /** A word where there is no place (answer 503), and after `close`. */
  subscribe(options: SubscribeOptions): Subscription | NoPlace
  clients(): number
  /** Says goodbye to everyone; nothing is published any more. */
  close(reason?: ByeReason): void
}

/** The owner has as many streams as one may have; all have; the hub is closed. */
export type NoPlace = 'yours' | 'all' | 'closed'

export interface EventHubOptions {
  readonly clock?: Clock
  readonly bootId?: string
  readonly historySize?: number
  readonly queueSize?: number
  readonly maxClients?: number
  /** Of one owner. */
  readonly maxOfOne?: number
}

const COALESCE_MS = 1000

export function createEventHub(options: EventHubOptions = {}): EventHub {
  const { clock = systemClock, historySize = 1000, queueSize = 200, maxClients = 200, maxOfOne = 10 } = options
  const bootId = options.bootId ?? randomBytes(6).toString('hex')
  const history = createHistory(historySize)
  const subscriptions = new Set<OpenSubscription>()
  let last = 0
  let closed = false

  function send(type: Topic, data: object, runId: string | null): void {
    last += 1
    const event: HubEvent = { type, number: last, data: JSON.stringify(data), runId }
    history.add(event)
    for (const subscription of subscriptions) subscription.offer(event)
  }
  const status = createCoalescer<object>(clock, COALESCE_MS, (data) => send('status', data, null))
  const progress = createCoalescer<EventData['progress']>(clock, COALESCE_MS, (data) =>
    send('progress', data, data.runId),
  )

  function publish<T extends Topic>(topic: T, data: EventData[T]): void {
    if (closed) return
    if (topic === 'status') status.offer('', data)
    else if (isProgress(topic, data)) progress.offer(data.runId, data)
    else {
      // The bytes of a transfer come before the news that it has ended, not a second after.
      if (topic === 'run' && 'id' in data && typeof data.id === 'string') progress.flush(data.id)
      send(topic, data, topic === 'log' ? runOf(data) : null)
    }
  }

  function subscribe(wanted: SubscribeOptions): Subscription | NoPlace {
    if (closed) return 'closed'
    const own = [...subscriptions].filter(({ options }) => options.owner === wanted.owner).length
    if (wanted.owner !== undefined && own >= maxOfOne) return 'yours'
    if (subscriptions.size >= maxClients) {
      const other = wanted.mayDisplace === true ? firstOfTheBusiest(subscriptions) : undefined
      if (other === undefined) return 'all'
      other.bye('displaced')
    }
    const known = wanted.lastEventId === null ? last : numberOf(wanted.lastEventId, bootId, last)
    const replay = known === null ? null : history.after(known)
    const resync: HubEvent = { type: 'resync', number: last, data: '{"reason":"unknown-id"}', runId: null }
    const subscription = openSubscription({
      bootId,
      startId: replay?.length === 0 ? `${bootId}-${last}` : null,
      first: replay ?? [resync],
      queueSize,
      options: wanted,
      lastNumber: () => last,
      onClose: () => subscriptions.delete(subscription),
    })
    subscriptions.add(subscription)
    return subscription
  }

  return {
    bootId,
    publish,
    subscribe,
    clients: () => subscriptions.size,
    close(reason = 'shutdown') {
      closed = true
      status.stop()
      progress.stop()
      for (const subscription of [...subscriptions]) subscription.bye(reason)
    },
  }
}

/** The oldest stream of whoever has the most, of those who may not displace others. */
function firstOfTheBusiest(subscriptions: ReadonlySet<OpenSubscription>): OpenSubscription | undefined {
  const others = [...subscriptions].filter(({ options }) => options.mayDisplace !== true)
  const byOwner = Map.groupBy(others, ({ options }) => options.owner)
  const [busiest] = [...byOwner.values()].sort((a, b) => b.length - a.length)
  return busiest?.[0]
}

function isProgress(topic: Topic, data: object): data is EventData['progress'] {
  return topic === 'progress' && 'bytesDone' in data
}

function runOf(data: object): string | null {
  return 'runId' in data && data.runId !== null ? String(data.runId) : null
}

/** The number in an id of this boot; null for any other text. */
function numberOf(id: string, bootId: string, last: number): number | null {
  const digits = id.startsWith(`${bootId}-`) ? id.slice(bootId.length + 1) : ''
  return /^\d{1,15}$/.test(digits) && Number(digits) <= last ? Number(digits) : null
}

interface Coalescer<T> {
  /** The first value of a key is emitted at once, then at most one an interval: the newest. */
  offer(key: string, value: T): void
  /** Emits what waits for this key now, so that nothing later overtakes it. */
  flush(key: string): void
  stop(): void
}

interface Pending<T> {
  readonly cancel: () => void
  value: T | undefined
}

function createCoalescer<T extends object>(clock: Clock, intervalMs: number, emit: (value: T) => void): Coalescer<T> {
  const pending = new Map<string, Pending<T>>()

  function pause(key: string): void {
    const cancel = clock.after(intervalMs, () => elapsed(key))
    pending.set(key, { cancel, value: undefined })
  }
  function elapsed(key: string): void {
    const value = pending.get(key)?.value
    // A key that had nothing more to say is forgotten: runs come and go.
    pending.delete(key)
    if (value === undefined) return
    pause(key)
    emit(value)
  }

  return {
    offer(key, value) {
      const waiting = pending.get(key)
      if (waiting) {
        waiting.value = value
        return
      }
      pause(key)
      emit(value)
    },
    flush(key) {
      const waiting = pending.get(key)
      if (waiting?.value === undefined) return
      const { value } = waiting
      waiting.value = undefined
      emit(value)
    },
    stop() {
      for (const { cancel } of pending.values()) cancel()
      pending.clear()
    },
  }
}

/** The last events, for clients that come back. */
interface History {
  add(event: HubEvent): void
  /** Everything after that number, or null where something of it is no longer known. */
  after(number: number): readonly HubEvent[] | null
}

function createHistory(size: number): History {
  const events: HubEvent[] = []
  let lastForgotten = 0
  return {
    add(event) {
      // Replaying progress would only show old news, and log lines are read again from the store: both would push out what counts.
      if (event.type === 'progress' || event.type === 'log') return
      events.push(event)
      if (events.length > size) lastForgotten = events.shift()?.number ?? lastForgotten
    },
    after(number) {
      return number < lastForgotten ? null : events.filter((event) => event.number > number)
    },
  }
}
