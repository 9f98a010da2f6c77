import type { Policy } from '#config/effective.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { filterOf, matchesGlob, newestOf, toRef, wantsName } from '../compare.ts'
import type { JudgeInput } from '../types/verdict.ts'
import { fact, factOrNull, type JudgeContext, type Rule } from './context.ts'

/** What of a primary's snapshots policy does not want, and by which setting. */
interface LeftOut {
  readonly primarySnapshots: number
  /** Wanted by name, and too young for `min_age_hours` yet. */
  readonly tooYoung: number
  /** The settings that leave the others out, each with its patterns and its place in the configuration. */
  readonly settings: readonly string[]
}

/** Of a primary that has no eligible snapshot: why none of those there is wanted. */
export function leftOut(policy: Policy, snapshots: readonly SnapshotEntry[], at: JudgeInput['filterAt']): LeftOut {
  const filter = filterOf(policy)
  const names = snapshots.map(({ name }) => name)
  const excluding = filter.exclude.filter((pattern) => names.some((name) => matchesGlob(name, pattern)))
  const notIncluded = names.some((name) => !wantsName({ ...filter, exclude: [] }, name))
  return {
    primarySnapshots: names.length,
    tooYoung: names.filter((name) => wantsName(filter, name)).length,
    settings: [
      ...(notIncluded ? [setting('snapshot_include', filter.include, at?.include)] : []),
      ...(excluding.length > 0 ? [setting('snapshot_exclude', excluding, at?.exclude)] : []),
    ],
  }
}

function setting(key: string, patterns: readonly string[], at: string | null | undefined): string {
  const place = at === undefined ? '' : at === null ? ' (the default)' : ` (${at})`
  return `\`${key}: [${patterns.join(', ')}]\`${place}`
}

/**
 * Policy wants nothing of what the primary has, and the two are together all the same: by another tool, whose snapshots
 * the filter leaves out. Nothing that is wanted is missing, so nothing is late. It is no agreement where the backup lacks
 * newer ones and the newest common one is older than the delay allowed: then perhaps it is the filter that is wrong.
 */
export function isTogether({ input, comparison, primary, lag }: JudgeContext): boolean {
  if (primary === null || comparison === null || comparison.eligibleCount > 0) return false
  const { newestCommon, newestPrimary } = comparison
  if (newestCommon === null) return false
  if (newestCommon.guid === newestPrimary?.guid) return true
  const { maxDelaySeconds, minAgeSeconds } = input.policy
  return lag.lagSeconds !== null && lag.lagSeconds <= maxDelaySeconds + minAgeSeconds
}

/** More than directories take, whatever the sectors and the redundancy: what holds so much is data that no one snapshots. */
const CONTAINER_BYTES = 1024 ** 2

/**
 * A dataset of a tree that only holds others: no data to speak of, and it never had a snapshot, on either side, as far as
 * anything shows. One that has lost them is no such thing.
 */
export function isContainer({ input, comparison, primary, backup }: JudgeContext): boolean {
  const { inventory, memory, below = 0 } = input
  if (primary === null || comparison === null || below === 0) return false
  if (primary.snapshots.length > 0 || primary.bookmarks.length > 0) return false
  if (primary.facts.referenced > CONTAINER_BYTES) return false
  const isNew = memory.common === null && (memory.rhythm?.newest ?? null) === null
  if (backup === null) return isNew && inventory.backup.state === 'missing'
  return isNew && backup.snapshots.length === 0 && backup.facts.receiveResumeToken === null
}

/** Nothing of the primary is eligible: an alarm, or a note where both sides are together without our doing. */
export const leftOutRule: Rule = (context) => {
  const { input, comparison, primary, reason } = context
  if (primary === null || comparison === null || comparison.eligibleCount > 0) return []
  if (isContainer(context)) return [reason('CONTAINER', { below: input.below ?? 0 })]
  const why = leftOut(input.policy, primary.snapshots, input.filterAt)
  const { newestCommon } = comparison
  const newest = newestOf(primary.snapshots)
  if (newestCommon === null || !isTogether(context)) {
    const lacked = newestCommon === null || newest === null ? null : toRef(newest)
    return [reason('PRIMARY_EMPTY', { ...why, lacked: factOrNull(lacked) })]
  }
  return [reason('ALL_LEFT_OUT', { ...why, newestCommon: fact(newestCommon), behind: comparison.skipped.length })]
}
