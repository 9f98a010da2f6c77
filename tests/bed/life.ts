/**
 * One life of a witness's process: what goes through here ends with it. A call that is under way then is never answered,
 * so that whoever waits for it goes no further: as if the process had been killed at that very moment.
 */
export class Life {
  readonly #end = new AbortController()
  readonly died: Promise<void>
  #countdown: { calls: number; readonly before: boolean } | null = null
  /** Calls to the world outside so far. */
  calls = 0

  constructor() {
    this.died = new Promise((resolve) => this.#end.signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  get over(): boolean {
    return this.#end.signal.aborted
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  end(): void {
    this.#end.abort()
  }

  /** Ends it at the n-th call from now, before the call does anything or after it did everything. */
  endAtCall(calls: number, before: boolean): void {
    this.#countdown = { calls, before }
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    this.calls++
    const countdown = this.#countdown
    const last = countdown !== null && --countdown.calls <= 0
    if (last && countdown.before) this.end()
    if (this.over) return never()
    const result = await work()
    if (last) this.end()
    return this.over ? never() : result
  }

  /** The same object with all its methods passed through this life. */
  wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const found: unknown = Reflect.get(object, key)
        if (typeof found !== 'function') return found
        return (...words: unknown[]) => this.call(async () => found.apply(object, words))
      },
    })
  }
}

const never = (): Promise<never> => new Promise(() => {})
