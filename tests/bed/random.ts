/** A reproducible source: the same seed gives the same numbers on every machine (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 ≤ x < 1. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** 0 ≤ x < `below`. */
  int(below: number): number {
    return Math.floor(this.next() * below)
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.int(from.length)]
    if (found === undefined) throw new Error('There is nothing to pick from.')
    return found
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  readonly bits64 = (): bigint => (BigInt(this.int(2 ** 32)) << 32n) | BigInt(this.int(2 ** 32))
}
