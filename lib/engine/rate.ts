/** Rate over a sliding window, so that a pause shows within seconds and a burst does not promise too much. */
export class Rate {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = []

  add(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes })
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift()
  }

  /** Bytes per second, null before there are two samples. */
  bytesPerSecond(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null
    return Math.round(((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs))
  }
}

const WINDOW_MS = 20_000

/** Seconds left at this rate, null where it cannot be said. */
export function etaSeconds(done: number, total: number | null, bytesPerSecond: number | null): number | null {
  if (total === null || bytesPerSecond === null || bytesPerSecond <= 0) return null
  return Math.max(0, Math.round((total - done) / bytesPerSecond))
}
