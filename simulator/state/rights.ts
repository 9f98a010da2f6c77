import { Failure } from '../words/fail.ts'
import type { DatasetRecord, PoolRecord } from './model.ts'
import { parentIn } from './tree.ts'

/** True when the user may do it on the dataset: root always, others by what `zfs allow` granted here or above. */
export function mayDo(user: string, pool: PoolRecord, dataset: DatasetRecord, ...rights: readonly string[]): boolean {
  if (user === 'root') return true
  return rights.every((right) => hasGrant(user, pool, dataset, right))
}

function hasGrant(user: string, pool: PoolRecord, dataset: DatasetRecord, right: string): boolean {
  for (let one: DatasetRecord | null = dataset; one; one = parentIn(pool, one)) {
    const here = one === dataset
    for (const grant of one.grants) {
      if (grant.who === 'create' || grant.who === 'group') continue
      if (grant.who === 'user' && grant.name !== user) continue
      if (grant.scope !== 'both' && (grant.scope === 'local') !== here) continue
      if (grant.rights.includes(right)) return true
    }
  }
  return false
}

/** The right that setting the property takes. */
export const rightToSet = (property: string): string => (property.includes(':') ? 'userprop' : property)

/** Refuses a change in a pool that takes none; `what` is the action's beginning, as `cannot create 'x'`. */
export function assertWritable(pool: PoolRecord, what: string): void {
  if (pool.health === 'SUSPENDED' || pool.health === 'UNAVAIL' || pool.health === 'FAULTED') {
    throw new Failure(`${what}: pool I/O is currently suspended`)
  }
  if (pool.readonly) throw new Failure(`${what}: pool is read-only`)
}
