import { filterOf, isEligible } from '../filter.ts'
import { byCreatetxg, toRef } from '../order.ts'
import type { JudgeInput, PresentSide, SnapshotRef } from '../types.ts'
import { ageSeconds, type LagFacts, overdueSeconds, primaryClock } from './delay.ts'

/**
 * Delay where the two sides were not seen together: counted on from the last look that saw both. What the primary shows
 * alone can only add to it (a backup that is not seen cannot have caught up as far as is known). The primary not seen
 * either: everything since the last look may be missing, unless it is off as planned and so takes no snapshots.
 */
export function countedOnLag(input: JudgeInput): LagFacts {
  const { last } = input.memory
  if (last === null) return { delaySeconds: null, oldestMissing: null, lagSeconds: null, snapshots: null }
  const since =
    last.oldestMissingSince === null ? 0 : Math.max(0, Math.floor((input.now - last.oldestMissingSince) / 1000))
  const lagSeconds = last.newestCommon === null ? null : Math.floor(ageSeconds(input, last.newestCommon.creation))
  const { primary } = input.inventory

  if (primary.state === 'present') {
    const missing = missingOnPrimary(input, primary, last.newestCommon)
    const oldest = missing[0] ?? null
    const alone = oldest === null ? 0 : overdueSeconds(input, oldest)
    return { delaySeconds: Math.max(since, alone), oldestMissing: oldest, lagSeconds, snapshots: missing.length }
  }
  const unseen = input.primaryAvailability.kind === 'planned-off' ? 0 : Math.floor((input.now - last.at) / 1000)
  const delaySeconds = last.oldestMissingSince === null ? Math.max(0, unseen) : since
  return { delaySeconds, oldestMissing: null, lagSeconds, snapshots: null }
}

/** Eligible snapshots newer than the last known common one, oldest first. */
function missingOnPrimary(input: JudgeInput, primary: PresentSide, common: SnapshotRef | null): readonly SnapshotRef[] {
  const filter = filterOf(input.policy)
  const now = primaryClock(input)
  const eligible = byCreatetxg(primary.snapshots).filter((entry) => isEligible(filter, entry, now))
  if (common === null) return eligible.map(toRef)
  const known =
    primary.snapshots.find((entry) => entry.guid === common.guid) ??
    primary.bookmarks.find((entry) => entry.guid === common.guid)
  // Retention may have taken the common one meanwhile; then its date is all that is left to order by.
  const newer = eligible.filter((entry) =>
    known === undefined ? entry.creation > common.creation : entry.createtxg > known.createtxg,
  )
  return newer.map(toRef)
}
