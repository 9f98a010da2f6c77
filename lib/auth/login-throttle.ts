import { Attempts, type Counted, type Limit } from './attempts.ts'

/**
 * By which way somebody comes to have a password checked: whose guesses are counted together, and with whom they wait for
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
      /** Somebody signed in from there before. */
      readonly returning: boolean
    }

/** A shorter limit for accounts: whoever only knows a name must not be able to keep its owner out for long. */
const ACCOUNT: Limit = { free: 5, longestSeconds: 300 }
const NETWORK: Limit = { free: 10, longestSeconds: 900 }

export type Begun =
  | { readonly ok: true; readonly marks: readonly (readonly [Attempts, Counted])[] }
  /** `first`: nobody has been told of this wait yet. */
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
