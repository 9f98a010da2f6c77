import { type Actor, callerKey } from '#lib/runtime/actor.ts'
import { networkOf } from './networks.ts'

const A_MINUTE = 120
const MOST_KEYS = 10_000

interface Bucket {
  left: number
  at: number
}

/** Writes of one actor: 120 at once, then two a second. The owner of the socket is not counted. */
export class WriteLimit {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Seconds to wait, or 0: then it is counted. */
  take(actor: Pick<Actor, 'kind' | 'name' | 'address'>): number {
    if (actor.kind === 'socket' || actor.kind === 'schedule') return 0
    const now = this.#now()
    // Those without a name are told apart by where they come from.
    const key = callerKey({ ...actor, address: networkOf(actor.address) })
    const known = this.#buckets.get(key) ?? { left: A_MINUTE, at: now }
    const left = Math.min(A_MINUTE, known.left + (Math.max(0, now - known.at) * A_MINUTE) / 60_000)
    this.#buckets.delete(key)
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now })
    const oldest = this.#buckets.keys().next().value
    if (this.#buckets.size > MOST_KEYS && oldest !== undefined) this.#buckets.delete(oldest)
    return left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / A_MINUTE))
  }
}
