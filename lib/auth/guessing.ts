import { createHmac, randomBytes } from 'node:crypto'

/**
 * By which way someone comes to have a password checked: whose guesses are counted together, and with whom they wait for
 * their turn. Decided by what the browser brings along, never by whether the name exists.
 */
export type Way =
  /** A browser that signed in as this user before, or is signed in now: it answers for itself alone. */
  | { readonly kind: 'known'; readonly browser: string }
  | {
      readonly kind: 'stranger'
      /** As it was typed, in lower case. */
      readonly account: string
      /** See networkOf. */
      readonly network: string
      /** Someone signed in from there before. */
      readonly returning: boolean
    }

/** A shorter limit for accounts: whoever only knows a name must not be able to keep its owner out for long. */
const ACCOUNT: Limit = { free: 5, longestSeconds: 300 }
const NETWORK: Limit = { free: 10, longestSeconds: 900 }

type Begun =
  | { readonly ok: true; readonly marks: readonly (readonly [Attempts, Counted])[] }
  /** `first`: this wait has not been reported yet. */
  | { readonly ok: false; readonly waitSeconds: number; readonly first: boolean }

/**
 * Failed attempts per account and per network, and those of browsers that signed in before on their own. Each attempt counts
 * when it begins and is taken back when it was right: a hundred at once are a hundred, not one. Kept in memory: a restart
 * forgets.
 */
export class LoginThrottle {
  readonly #accounts: Attempts
  readonly #networks: Attempts
  readonly #browsers: Attempts

  constructor(now: () => number) {
    this.#accounts = new Attempts(ACCOUNT, now)
    this.#networks = new Attempts(NETWORK, now)
    this.#browsers = new Attempts(ACCOUNT, now)
  }

  begin(way: Way): Begun {
    const counters = this.#countersOf(way)
    const waiting = counters
      .map(([attempts, key]) => ({ attempts, key, wait: attempts.wait(key) }))
      .reduce((longest, one) => (one.wait > longest.wait ? one : longest))
    if (waiting.wait > 0)
      return { ok: false, waitSeconds: waiting.wait, first: waiting.attempts.isFirstRefused(waiting.key) }
    return { ok: true, marks: counters.map(([attempts, key]) => [attempts, attempts.count(key)] as const) }
  }

  /** The password was right: the account, or the browser, begins anew. Others at the same address do not. */
  succeeded(way: Way, begun: Begun): void {
    this.takeBack(begun)
    const [[attempts, key]] = this.#countersOf(way)
    attempts.clear(key)
  }

  /** The password was never looked at. */
  takeBack(begun: Begun): void {
    if (begun.ok) for (const [attempts, mark] of begun.marks) attempts.takeBack(mark)
  }

  #countersOf(way: Way): readonly [readonly [Attempts, string], ...(readonly [Attempts, string])[]] {
    if (way.kind === 'known') return [[this.#browsers, way.browser]]
    return [
      [this.#accounts, way.account],
      [this.#networks, way.network],
    ]
  }
}

interface Limit {
  /** Attempts before anyone waits. */
  readonly free: number
  readonly longestSeconds: number
}

/** An attempt that was counted, and what stood there before. */
interface Counted {
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
 * Failed attempts by key, in a fixed number of counters that keys share by a hash no one outside can compute. So nothing is
 * ever pushed out by other keys, the memory is what it is from the start, and a name that exists looks like one that does
 * not. Two keys that share a counter wait for each other; no one can choose whose it is.
 */
class Attempts {
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
