import type { Policy } from '#config/effective.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import type { Rhythm } from '../types.ts'
import { rhythmSeconds, usualDistance } from './rhythm.ts'

/** Beyond so many times its limit a primary that is late has stopped. */
export const STOPPED_TIMES = 3

/**
 * How old the newest eligible snapshot may be, seconds: what the policy says, else three times the median distance of
 * the newest ten eligible ones (given oldest first) and at least `max_delay_hours`, so that weekly snapshots are no
 * fault. Where only one is kept at a time, what was seen of its rhythm stands for the distance. Null: not judged.
 */
export function staleLimitSeconds(
  policy: Policy,
  newestTen: readonly SnapshotEntry[],
  rhythm: Rhythm | undefined,
): number | null {
  if (policy.primaryMaxAgeSeconds === 0) return null
  if (policy.primaryMaxAgeSeconds !== null) return policy.primaryMaxAgeSeconds
  const seen = rhythm === undefined || rhythm.distances.length === 0 ? 0 : rhythmSeconds(rhythm)
  return Math.max(policy.maxDelaySeconds, 3 * (usualDistance(newestTen) ?? seen))
}
