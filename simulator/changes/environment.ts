import type { Clock } from '../cli/clock.ts'
import type { PoolRecord } from '../state/model.ts'
import type { Store } from '../state/store.ts'

/** What a change to the state needs. Changes check nothing; the commands do. */
export interface Environment {
  readonly store: Store
  readonly clock: Clock
}

/** The number of the next transaction group: what is made now has it as `createtxg`. */
export function nextTxg({ store }: Environment, pool: PoolRecord): number {
  store.touch(pool)
  return ++pool.txg
}
