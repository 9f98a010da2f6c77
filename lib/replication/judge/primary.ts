import type { Policy } from '#config/effective.ts'
import type { PoolFacts, SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg, filterOf, holdsWhatPrimaryLacks, isEligible, newestOf, toRef, wantsName } from '../compare.ts'
import { LISTING_HOLDS } from '../space.ts'
import type { Comparison, Inventory, Side } from '../types/inventory.ts'
import type { Reason } from '../types/reason.ts'
import type { Memory, Rhythm } from '../types/verdict.ts'
import { fact, factOrNull, type JudgeContext, type Rule } from './context.ts'
import { ageSeconds, ageSince, primaryClock } from './delay.ts'
import { newestEligible, rhythmSeconds, usualDistance } from './rhythm.ts'

/** Gone as it was seen. */
export const primaryRule: Rule = ({ input, backup, reason }) => {
  if (input.inventory.primary.state !== 'missing') return []
  return [
    reason('PRIMARY_DATASET_MISSING', {
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
export const stalePrimaryRule: Rule = ({ input, comparison, primary, rhythm, reason }) => {
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
  return [reason(age > STOPPED_TIMES * limitSeconds ? 'PRIMARY_STOPPED' : 'PRIMARY_STALE', evidence)]
}

/** Beyond so many times its limit a primary that is late has stopped. */
const STOPPED_TIMES = 3

/**
 * How old the newest eligible snapshot may be, seconds: what the policy says, else three times the median distance of
 * the newest ten eligible ones (given oldest first) and at least `max_delay_hours`, so that weekly snapshots are no
 * fault. Where only one is kept at a time, what was seen of its rhythm stands for the distance. Null: not judged.
 */
function staleLimitSeconds(
  policy: Policy,
  newestTen: readonly SnapshotEntry[],
  rhythm: Rhythm | undefined,
): number | null {
  if (policy.primaryMaxAgeSeconds === 0) return null
  if (policy.primaryMaxAgeSeconds !== null) return policy.primaryMaxAgeSeconds
  const seen = rhythm === undefined || rhythm.distances.length === 0 ? 0 : rhythmSeconds(rhythm)
  return Math.max(policy.maxDelaySeconds, 3 * (usualDistance(newestTen) ?? seen))
}

/** How the primary stands to what was recorded of it. */
type Lineage = 'same' | 'replaced' | 'rewound'

/**
 * Another dataset under the old name, or one whose newest createtxg has gone back: perhaps the primary is the one that
 * is wrong. It matters only where the backup holds something that following the primary could cost; deleting the newest
 * snapshot by hand, or moving the dataset by send and receive, is no alarm.
 */
export function lineageOf(inventory: Inventory, comparison: Comparison | null, memory: Memory): Lineage {
  const { primary, backup } = inventory
  if (memory.primary === null || primary.state !== 'present' || backup.state !== 'present' || comparison === null)
    return 'same'
  if (!holdsWhatPrimaryLacks(inventory, comparison)) return 'same'
  if (primary.facts.guid !== memory.primary.guid) return 'replaced'
  const newest = newestOf(primary.snapshots)?.createtxg ?? 0n
  return newest < BigInt(memory.primary.newestCreatetxg) ? 'rewound' : 'same'
}

export const lineageRule: Rule = ({ input, comparison, primary, reason }) => {
  const recorded = input.memory.primary
  if (recorded === null || primary === null) return []
  switch (lineageOf(input.inventory, comparison, input.memory)) {
    case 'same':
      return []
    case 'replaced':
      return [reason('PRIMARY_REPLACED', { recordedGuid: recorded.guid, guid: primary.facts.guid })]
    case 'rewound': {
      const newest = newestOf(primary.snapshots)?.createtxg.toString() ?? null
      return [reason('PRIMARY_REWOUND', { newestCreatetxgBefore: recorded.newestCreatetxg, newestCreatetxg: newest })]
    }
  }
}

/** Seconds that a clock may be off before it is said. */
const TOLERANCE = 60

/** A host's clock that is off, or a snapshot from the future: ages may lie, so both times are shown. */
export const clocksRule: Rule = ({ input, comparison, reason }) => {
  const { inventory, mapping, now } = input
  const sides = [
    { host: mapping.primary.host, skewSeconds: inventory.primarySkewSeconds },
    { host: mapping.backup.host, skewSeconds: inventory.backupSkewSeconds },
  ]
  const skewed = sides.flatMap(({ host, skewSeconds }) =>
    skewSeconds === null || Math.abs(skewSeconds) <= TOLERANCE
      ? []
      : [
          reason('CLOCK_SKEW', {
            host,
            hostTime: now + skewSeconds * 1000,
            witnessTime: now,
            skewSeconds,
            future: null,
          }),
        ],
  )
  if (skewed.length > 0) return skewed
  const newest = comparison?.newestPrimary ?? null
  const ahead = newest === null ? 0 : newest.creation - primaryClock(input)
  if (newest === null || ahead <= TOLERANCE) return []
  const hostTime = Math.round(primaryClock(input) * 1000)
  const skewSeconds = inventory.primarySkewSeconds ?? 0
  return [
    reason('CLOCK_SKEW', { host: mapping.primary.host, hostTime, witnessTime: now, skewSeconds, future: fact(newest) }),
  ]
}

export const poolsRule: Rule = (context) => {
  const { inventory, mapping } = context.input
  return [
    ...poolReasons(context, mapping.primary.host, inventory.primary, inventory.primaryPool, false),
    ...poolReasons(context, mapping.backup.host, inventory.backup, inventory.backupPool, true),
  ]
}

/** A read-only pool still can be sent from; nothing can be received into it. */
function poolReasons(
  { reason }: JudgeContext,
  host: string,
  side: Side,
  pool: PoolFacts | null,
  isTarget: boolean,
): readonly Reason[] {
  if (side.state === 'pool-unavailable')
    return [reason('POOL_UNAVAILABLE', { host, pool: side.pool, health: side.health })]
  if (pool === null) return []
  if (!LISTING_HOLDS.has(pool.health))
    return [reason('POOL_UNAVAILABLE', { host, pool: pool.name, health: pool.health })]
  if (isTarget && pool.readonly) return [reason('POOL_UNAVAILABLE', { host, pool: pool.name, health: 'read-only' })]
  return pool.health === 'DEGRADED' ? [reason('POOL_DEGRADED', { host, pool: pool.name, health: pool.health })] : []
}
