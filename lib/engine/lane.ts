import { isWithin } from '#lib/zfs/names.ts'

/**
 * The repair lane: what waits for a free transfer slot on both of its hosts. Least time left first, so that after an
 * outage the dataset nearest to its limit is caught up before the others. Scans do not pass through here: a repair of
 * eight hours makes nothing stale.
 */
export interface LaneItem {
  readonly runId: number
  readonly hosts: readonly [primary: string, backup: string]
  /** The backup dataset: nothing above or below it is repaired at the same time, for a swap moves the whole tree. */
  readonly backup: string
  /** Seconds until the dataset's delay passes its limit; negative when it has. */
  readonly timeLeftSeconds: number
  readonly start: () => Promise<void>
}

export interface LaneLimits {
  readonly total: number
  readonly perHost: (host: string) => number
}

export class Lane {
  readonly #limits: () => LaneLimits
  readonly #onCrash: (runId: number, error: unknown) => void
  #waiting: LaneItem[] = []
  readonly #running = new Map<number, { readonly item: LaneItem; readonly done: Promise<void> }>()
  #closed = false

  constructor(limits: () => LaneLimits, onCrash: (runId: number, error: unknown) => void) {
    this.#limits = limits
    this.#onCrash = onCrash
  }

  add(item: LaneItem): void {
    if (this.#closed) return
    this.#waiting.push(item)
    this.#waiting.sort((a, b) => a.timeLeftSeconds - b.timeLeftSeconds || a.runId - b.runId)
    this.pump()
  }

  /** Takes a waiting item out. @returns whether it was still waiting. */
  remove(runId: number): boolean {
    const before = this.#waiting.length
    this.#waiting = this.#waiting.filter((item) => item.runId !== runId)
    return this.#waiting.length < before
  }

  /** 1 for the next to start; null when not waiting. */
  position(runId: number): number | null {
    const index = this.#waiting.findIndex((item) => item.runId === runId)
    return index < 0 ? null : index + 1
  }

  get size(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#waiting.length, running: this.#running.size }
  }

  /** Starts whatever has room now. Called when something is added, ends, or the limits change. */
  pump(): void {
    for (const item of [...this.#waiting]) {
      if (this.#closed || !this.#hasRoom(item)) continue
      this.remove(item.runId)
      const done = item
        .start()
        .catch((error: unknown) => this.#onCrash(item.runId, error))
        .finally(() => {
          this.#running.delete(item.runId)
          this.pump()
        })
      this.#running.set(item.runId, { item, done })
    }
  }

  /** Nothing starts any more; resolves when the running ones have ended. */
  async close(): Promise<readonly number[]> {
    this.#closed = true
    const left = this.#waiting.map((item) => item.runId)
    this.#waiting = []
    await Promise.all([...this.#running.values()].map((each) => each.done))
    return left
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0 || this.#waiting.length > 0) {
      await Promise.all([...this.#running.values()].map((each) => each.done))
      if (this.#running.size === 0 && this.#waiting.length > 0) this.pump()
      if (this.#running.size === 0) break
    }
  }

  #hasRoom(item: LaneItem): boolean {
    const limits = this.#limits()
    if (this.#running.size >= limits.total) return false
    if ([...this.#running.values()].some((running) => sameTree(running.item, item))) return false
    return item.hosts.every((host) => this.#transfersOf(host) < limits.perHost(host))
  }

  #transfersOf(host: string): number {
    return [...this.#running.values()].filter(({ item }) => item.hosts.includes(host)).length
  }
}

function sameTree(a: LaneItem, b: LaneItem): boolean {
  if (a.hosts[1] !== b.hosts[1]) return false
  return isWithin(a.backup, b.backup) || isWithin(b.backup, a.backup)
}
