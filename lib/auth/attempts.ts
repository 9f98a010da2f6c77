import { createHmac, randomBytes } from 'node:crypto'

export interface Limit {
  /** Attempts before anybody waits. */
  readonly free: number
  readonly longestSeconds: number
}

/** An attempt that was counted, and what stood there before. */
export interface Counted {
  readonly slot: number
  readonly at: number
  readonly before: number
}

const FIRST_WAIT_SECONDS = 5
const FORGOTTEN_MS = 3_600_000
/**
 * Some twenty passwords are checked in a second at most, and a wait lasts five minutes (fifteen for an address): even
 * attackers with all addresses of the world keep less than a tenth of so many counters waiting (a quarter for addresses).
 */
const SLOTS = 65_536

/**
 * Failed attempts by key, in a fixed number of counters that keys share by a hash nobody outside can compute. So nothing is
 * ever pushed out by other keys, the memory is what it is from the start, and a name that exists looks like one that does
 * not. Two keys that share a counter wait for each other; nobody can choose whose it is.
 */
export class Attempts {
  readonly #limit: Limit
  readonly #now: () => number
  readonly #secret = randomBytes(32)
  readonly #counts: Uint32Array
  /** Epoch ms of the last one. */
  readonly #at: Float64Array
  readonly #told: Uint8Array

  constructor(limit: Limit, now: () => number, slots = SLOTS) {
    this.#limit = limit
    this.#now = now
    this.#counts = new Uint32Array(slots)
    this.#at = new Float64Array(slots)
    this.#told = new Uint8Array(slots)
  }

  /** Seconds until the next one may begin; 0: now. */
  wait(key: string): number {
    const { free, longestSeconds } = this.#limit
    const slot = this.#slot(key)
    const count = this.#counts[slot] ?? 0
    if (count < free) return 0
    const seconds = Math.min(longestSeconds, FIRST_WAIT_SECONDS * 2 ** Math.min(20, count - free))
    return Math.max(0, Math.ceil(((this.#at[slot] ?? 0) + seconds * 1000 - this.#now()) / 1000))
  }

  /** Counts one that begins. */
  count(key: string): Counted {
    const slot = this.#slot(key)
    const before = this.#at[slot] ?? 0
    const at = this.#now()
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
    this.#at[slot] = at
    this.#told[slot] = 0
    return { slot, at, before }
  }

  /** It was no guess after all: as if it had not been, also where others have begun since. */
  takeBack({ slot, at, before }: Counted): void {
    const count = this.#counts[slot] ?? 0
    if (count === 0) return
    this.#counts[slot] = count - 1
    if (this.#at[slot] === at) this.#at[slot] = before
  }

  clear(key: string): void {
    const slot = this.#slot(key)
    this.#counts[slot] = 0
    this.#told[slot] = 0
  }

  /** Is this the first one that is turned away since the last that was counted? */
  isFirstRefused(key: string): boolean {
    const slot = this.#slot(key)
    const first = this.#told[slot] === 0
    this.#told[slot] = 1
    return first
  }

  /** Where the key is counted; an hour of peace is forgotten on the way. */
  #slot(key: string): number {
    const slot = createHmac('sha256', this.#secret).update(key).digest().readUInt32BE(0) % this.#counts.length
    const now = this.#now()
    // A clock that was set back must not make a wait longer.
    if ((this.#at[slot] ?? 0) > now) this.#at[slot] = now
    if (now - (this.#at[slot] ?? 0) > FORGOTTEN_MS) this.#counts[slot] = 0
    return slot
  }
}
