const MEGABYTE = 1024 * 1024
/** A look that takes longer than this is worth its name. */
const SLOW_MS = 5000

/** What a run measures; none of it is asserted, for it is this machine's. */
export class Figures {
  looks = 0
  /** How often each deed did something. */
  readonly done = new Map<string, number>()
  /** Looks after which the witness had stumbled over a dataset of the hostile SAN, and said so of that one alone (INTERNAL). */
  contained = 0
  rssBytes = 0
  /** The most by which a database was larger than in the honest world. */
  databaseBytes = 0
  readonly #honestMs: number[] = []
  readonly #hostileMs: number[] = []
  readonly #delaysMs: number[] = []
  readonly #slow: string[] = []

  did(deeds: ReadonlyMap<string, number>): void {
    for (const [deed, times] of deeds) this.done.set(deed, (this.done.get(deed) ?? 0) + times)
  }

  honestLook(ms: number): void {
    this.#honestMs.push(ms)
  }

  /** `delayMs`: of virtual time, by which the last honest line was judged later than in the honest world. */
  hostileLook(name: string, ms: number, delayMs: number): void {
    this.looks++
    this.#hostileMs.push(ms)
    this.#delaysMs.push(delayMs)
    if (ms > SLOW_MS) this.#slow.push(`${name} (${(ms / 1000).toFixed(0)} s)`)
    this.rssBytes = Math.max(this.rssBytes, process.memoryUsage.rss())
  }

  text(): string {
    return [
      `deeds: ${[...this.done]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([deed, times]) => `${deed} ${times}`)
        .join(', ')}`,
      `real time of a look with its repairs: ${spread(this.#hostileMs)}; in the honest world: ${spread(this.#honestMs)}`,
      `by so much virtual time the others were judged later: ${spread(this.#delaysMs)}`,
      `memory (RSS) at most ${(this.rssBytes / MEGABYTE).toFixed(0)} MiB; the database of a script at most ${(this.databaseBytes / MEGABYTE).toFixed(1)} MiB larger`,
      `looks in which the witness stumbled over a dataset of the hostile SAN alone: ${this.contained}`,
      `looks of more than ${SLOW_MS / 1000} s: ${this.#slow.length === 0 ? 'none' : this.#slow.join(', ')}`,
    ].join('\n')
  }
}

function spread(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)} ms`
  return `median ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)}`
}
