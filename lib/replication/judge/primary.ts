import { filterOf, isEligible, wantsName } from '../filter.ts'
import { byCreatetxg, toRef } from '../order.ts'
import type { Rule } from './context.ts'
import { ageSeconds, ageSince, primaryClock } from './delay.ts'
import { fact, factOrNull } from './listed.ts'
import { newestEligible } from './rhythm.ts'
import { STOPPED_TIMES, staleLimitSeconds } from './stale-primary.ts'

/** Gone as it was seen. */
export const primaryRule: Rule = ({ input, backup, tell }) => {
  if (input.inventory.primary.state !== 'missing') return []
  return [
    tell('PRIMARY_DATASET_MISSING', {
      backupSnapshots: backup?.snapshots.length ?? null,
      renamedTo: input.inventory.renamedTo ?? null,
      child: input.isChild === true,
    }),
  ]
}

/**
 * Nothing new to replicate: the backup may have everything there is and the data be old all the same. Only snapshots that
 * policy wants count; a newer one that it leaves out is named, for then the filter may be what is wrong.
 */
export const stalePrimaryRule: Rule = ({ input, comparison, primary, rhythm, tell }) => {
  // Where policy wants none of them, others are all that can be seen of its life.
  const newest = comparison?.newestEligible ?? comparison?.newestPrimary ?? null
  if (primary === null || comparison === null || newest === null) return []
  const wanted = (name: string) => comparison.eligibleCount === 0 || wantsName(filter, name)
  const filter = filterOf(input.policy)
  const clock = primaryClock(input)
  const ordered = byCreatetxg(primary.snapshots)
  const lately = newestEligible(ordered, (entry) => comparison.eligibleCount === 0 || isEligible(filter, entry, clock))
  const limitSeconds = staleLimitSeconds(input.policy, lately, rhythm)
  // One that is still too young is a sign of life, if it grows old enough at all.
  const youngest = ordered.findLast(({ name }) => wanted(name)) ?? newest
  const seenAt = rhythm?.newest?.guid === newest.guid ? rhythm.newest.seenAt : input.now
  const age = Math.floor(
    Math.max(
      ageSeconds(input, youngest.creation),
      ageSince(input, { creation: newest.creation, seenAt }) - input.policy.minAgeSeconds,
    ),
  )
  if (limitSeconds === null || age <= limitSeconds) return []
  const last = ordered.at(-1)
  const evidence = {
    ageSeconds: age,
    limitSeconds,
    newestEligible: fact(newest),
    newestSkipped: factOrNull(last === undefined || wanted(last.name) ? null : toRef(last)),
    behind: comparison.behind.length,
  }
  return [tell(age > STOPPED_TIMES * limitSeconds ? 'PRIMARY_STOPPED' : 'PRIMARY_STALE', evidence)]
}
