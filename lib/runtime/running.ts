import type { Trigger } from './context.ts'

export interface RunningInvocation {
  readonly functionName: string
  readonly id: string
  readonly trigger: Trigger
  readonly startedAt: Date
  readonly abort: AbortController
  /** Timed out and reported, but its handler has not ended yet. */
  overdue: boolean
}

/**
 * What runs now. One register for schedule, HTTP and CLI, so that a function never overlaps itself whoever asks.
 * An entry stays until the handler has really ended.
 */
export class Running {
  readonly #entries = new Set<RunningInvocation>()
  readonly #claimed = new Set<string>()
  readonly #waiting = new Set<() => void>()

  /** Taken before the first await, so that two callers in one tick cannot both have it. */
  claim(functionName: string, overlap: boolean): boolean {
    if (overlap) return true
    if (this.#claimed.has(functionName)) return false
    this.#claimed.add(functionName)
    return true
  }

  add(entry: RunningInvocation): void {
    this.#entries.add(entry)
  }

  /** Gives the claim back, and the entry if there was one. */
  release(functionName: string, overlap: boolean, entry?: RunningInvocation): void {
    if (entry) this.#entries.delete(entry)
    if (!overlap) this.#claimed.delete(functionName)
    if (this.#entries.size === 0) for (const wake of this.#waiting) wake()
  }

  list(): readonly RunningInvocation[] {
    return [...this.#entries]
  }

  of(functionName: string): RunningInvocation | undefined {
    return this.list().find((entry) => entry.functionName === functionName)
  }

  /** Resolves when nothing runs or after `graceMs`; the answer is what still runs. */
  async idle(graceMs: number): Promise<readonly RunningInvocation[]> {
    if (this.#entries.size === 0) return []
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, graceMs)
    this.#waiting.add(resolve)
    await promise
    this.#waiting.delete(resolve)
    clearTimeout(timer)
    return this.list()
  }
}
