interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

/** So many turns of the event loop let everything happen that waits for nothing but the processor. */
const TURNS = 2

/** Time that moves only while nobody has anything to do, and then at once to the next moment that somebody waits for. */
export class VirtualClock {
  #now: number
  #order = 0
  #sleepers: Sleeper[] = []

  constructor(now: number) {
    this.#now = now
  }

  readonly now = (): number => this.#now

  /** Resolves early, without an error, when the signal fires. */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const sleeper = { at: this.#now + Math.max(0, Math.round(ms)), order: ++this.#order, wake: end }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', end, { once: true })
    })
  }

  /** Moves the time on without waking anybody on the way: a clock that was set, a witness that was suspended. */
  jump(ms: number): void {
    this.#now += ms
  }

  /** Waits for the promise; `limitMs` of virtual time is the most it may take. */
  async drive<T>(work: Promise<T>, limitMs = 14 * 24 * 3600_000): Promise<T> {
    let done = false
    const end = () => {
      done = true
    }
    work.then(end, end)
    const limit = this.#now + limitMs
    for (;;) {
      await turns()
      if (done) return work
      const next = this.#next()
      if (next === undefined) throw new Error('It waits for something that will never come.')
      if (next.at > limit) throw new Error(`It has not ended within ${limitMs / 60_000} min of virtual time.`)
      this.#wake(next)
    }
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      await turns()
      const next = this.#next()
      if (next === undefined || next.at > until) break
      this.#wake(next)
    }
    this.#now = Math.max(this.#now, until)
  }

  get waiting(): number {
    return this.#sleepers.length
  }

  #wake(sleeper: Sleeper): void {
    this.#now = Math.max(this.#now, sleeper.at)
    sleeper.wake()
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const each of this.#sleepers)
      if (first === undefined || each.at < first.at || (each.at === first.at && each.order < first.order)) first = each
    return first
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
}
