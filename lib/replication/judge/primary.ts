import { filterOf, wantsName } from '../filter.ts'
import type { Rule } from './context.ts'
import { ageSeconds } from './delay.ts'
import { fact } from './listed.ts'
import { staleLimitSeconds } from './stale-primary.ts'

/** What is wrong with the primary as it was seen. */
export const primaryRule: Rule = ({ input, comparison, primary, backup, tell }) => {
  if (input.inventory.primary.state === 'missing') {
    return [tell('PRIMARY_DATASET_MISSING', { backupSnapshots: backup?.snapshots.length ?? null })]
  }
  if (primary === null || comparison === null || comparison.eligibleCount > 0) return []
  const filter = filterOf(input.policy)
  const tooYoung = primary.snapshots.filter((entry) => wantsName(filter, entry.name)).length
  return [tell('PRIMARY_EMPTY', { primarySnapshots: primary.snapshots.length, tooYoung })]
}

/** No new snapshots: the backup may have everything there is and the data be old all the same. */
export const stalePrimaryRule: Rule = ({ input, comparison, primary, tell }) => {
  const newest = comparison?.newestPrimary ?? null
  if (primary === null || comparison === null || newest === null) return []
  const limitSeconds = staleLimitSeconds(input.policy, primary.snapshots)
  const age = Math.floor(ageSeconds(input, newest.creation))
  if (limitSeconds === null || age <= limitSeconds) return []
  return [
    tell('PRIMARY_STALE', {
      ageSeconds: age,
      limitSeconds,
      newestPrimary: fact(newest),
      behind: comparison.behind.length,
    }),
  ]
}
