/** Counts Ctrl-C, and wakes whoever sleeps until the next one. */
export class PressCounter {
  #count = 0
  #next = new AbortController()

  get count(): number {
    return this.#count
  }

  /** Fires with the next press. */
  get next(): AbortSignal {
    return this.#next.signal
  }

  press(): void {
    this.#count += 1
    const woken = this.#next
    this.#next = new AbortController()
    woken.abort()
  }

  reset(): void {
    this.#count = 0
  }
}
