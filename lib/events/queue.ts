import type { HubEvent } from './types.ts'

/** What one client has still to be sent, bounded: a slow client costs itself, not the witness. */
export class ClientQueue {
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
