interface Count {
  attempts: number
  /** Epoch ms of the last one. */
  at: number
}

interface Limit {
  /** Attempts before anybody waits. */
  readonly free: number
  readonly longestSeconds: number
}

/** A shorter limit for accounts: whoever only knows a name must not be able to keep its owner out for long. */
const ACCOUNT: Limit = { free: 5, longestSeconds: 300 }
const ADDRESS: Limit = { free: 10, longestSeconds: 900 }
const FIRST_WAIT_SECONDS = 5
const FORGOTTEN_MS = 3_600_000
/** Attempts from everywhere must not fill the memory. */
const MOST_KEYS = 10_000

/**
 * Failed attempts per account and per address. Each attempt counts when it begins and is taken back when it was right: a
 * hundred at once are a hundred, not one. Kept in memory: a restart forgets.
 */
export class LoginThrottle {
  readonly #counts = new Map<string, Count>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Seconds to wait, or 0: then it counts as begun. */
  begin(account: string, address: string | null): number {
    const limits = limitsOf(account, address)
    const wait = Math.max(...limits.map(([key, limit]) => this.#wait(key, limit)))
    if (wait > 0) return wait
    for (const [key] of limits) this.#count(key)
    return 0
  }

  succeeded(account: string, address: string | null): void {
    for (const [key] of limitsOf(account, address)) this.#counts.delete(key)
  }

  #wait(key: string, { free, longestSeconds }: Limit): number {
    const count = this.#counts.get(key)
    if (count === undefined || count.attempts < free) return 0
    const seconds = Math.min(longestSeconds, FIRST_WAIT_SECONDS * 2 ** Math.min(20, count.attempts - free))
    return Math.max(0, Math.ceil((count.at + seconds * 1000 - this.#now()) / 1000))
  }

  #count(key: string): void {
    const now = this.#now()
    const known = this.#counts.get(key)
    const attempts = known === undefined || now - known.at > FORGOTTEN_MS ? 0 : known.attempts
    // Taken out and put back: the map stays in the order of the last attempts, and the oldest go first.
    this.#counts.delete(key)
    this.#counts.set(key, { attempts: attempts + 1, at: now })
    const oldest = this.#counts.keys().next().value
    if (this.#counts.size > MOST_KEYS && oldest !== undefined) this.#counts.delete(oldest)
  }
}

function limitsOf(account: string, address: string | null): readonly (readonly [string, Limit])[] {
  return [
    [`account ${account}`, ACCOUNT],
    [`address ${address ?? ''}`, ADDRESS],
  ]
}
