import type { Policy } from '#config/effective.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg } from '../order.ts'

const LAST = 10

/**
 * How old the newest primary snapshot may be: what the policy says, else three times the median distance of the last
 * ten and at least `max_delay_hours`, so that weekly snapshots are no fault. Null: not judged.
 */
export function staleLimitSeconds(policy: Policy, snapshots: readonly SnapshotEntry[]): number | null {
  if (policy.primaryMaxAgeSeconds === 0) return null
  if (policy.primaryMaxAgeSeconds !== null) return policy.primaryMaxAgeSeconds
  const dates = byCreatetxg(snapshots)
    .slice(-LAST)
    .map((entry) => entry.creation)
  const distances = dates.slice(1).map((date, index) => Math.max(0, date - (dates[index] ?? date)))
  return Math.max(policy.maxDelaySeconds, 3 * median(distances))
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
