const MEGABYTE = 1024 * 1024
/** A look that takes longer than this is worth its name. */
const SLOW_MS = 5000

/** As one part of a run hands it to the whole. */
export interface FiguresData {
  readonly looks: number
  readonly contained: number
  readonly rssBytes: number
  readonly databaseBytes: number
  readonly done: readonly (readonly [string, number])[]
  readonly honestMs: readonly number[]
  readonly hostileMs: readonly number[]
  readonly delaysMs: readonly number[]
  readonly slow: readonly string[]
}

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

  did(deeds: Iterable<readonly [string, number]>): void {
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

  add(other: FiguresData): void {
    this.looks += other.looks
    this.contained += other.contained
    this.rssBytes = Math.max(this.rssBytes, other.rssBytes)
    this.databaseBytes = Math.max(this.databaseBytes, other.databaseBytes)
    this.did(other.done)
    this.#honestMs.push(...other.honestMs)
    this.#hostileMs.push(...other.hostileMs)
    this.#delaysMs.push(...other.delaysMs)
    this.#slow.push(...other.slow)
  }

  data(): FiguresData {
    const { looks, contained, rssBytes, databaseBytes } = this
    return {
      looks,
      contained,
      rssBytes,
      databaseBytes,
      done: [...this.done],
      honestMs: this.#honestMs,
      hostileMs: this.#hostileMs,
      delaysMs: this.#delaysMs,
      slow: this.#slow,
    }
  }

  text(): string {
    const deeds = [...this.done].sort(([a], [b]) => (a < b ? -1 : 1)).map(([deed, times]) => `${deed} ${times}`)
    return [
      `deeds: ${deeds.join(', ')}`,
      `real time of a look with its repairs: ${spread(this.#hostileMs)}; in the honest world: ${spread(this.#honestMs)}`,
      `virtual time by which the others were judged later: ${spread(this.#delaysMs)}`,
      `memory (RSS) at most ${megabytes(this.rssBytes)}; the database of a script at most ${megabytes(this.databaseBytes)} larger than in the honest world`,
      `looks in which the witness stumbled over a dataset of the hostile SAN (INTERNAL): ${this.contained}`,
      `looks of more than ${SLOW_MS / 1000} s: ${this.#slow.length}${this.#slow.length === 0 ? '' : `: ${this.#slow.slice(0, 20).join('; ')}`}`,
    ].join('\n')
  }
}

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MiB`

function spread(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)} ms`
  return `median ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)}`
}
