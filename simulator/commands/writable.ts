import { Failure } from '../cli/fail.ts'
import type { PoolRecord } from '../state/model.ts'

/** Refuses a change in a pool that takes none; `what` is the action's beginning, as `cannot create 'x'`. */
export function assertWritable(pool: PoolRecord, what: string): void {
  if (pool.health === 'SUSPENDED' || pool.health === 'UNAVAIL' || pool.health === 'FAULTED') {
    throw new Failure(`${what}: pool I/O is currently suspended`)
  }
  if (pool.readonly) throw new Failure(`${what}: pool is read-only`)
}
