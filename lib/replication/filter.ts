import type { Policy } from '#config/effective.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { matchesGlob } from './glob.ts'
import type { SnapshotFilter } from './types.ts'

/** The part of a policy that says which snapshots of the primary the backup should have. */
export function filterOf(policy: Policy): SnapshotFilter {
  return {
    include: policy.snapshotInclude,
    exclude: policy.snapshotExclude,
    minAgeSeconds: policy.minAgeSeconds,
  }
}

/** Does the policy want snapshots of this name? An empty include list means all; exclude wins over include. */
export function wantsName(filter: SnapshotFilter, name: string): boolean {
  const included = filter.include.length === 0 || filter.include.some((pattern) => matchesGlob(name, pattern))
  return included && !filter.exclude.some((pattern) => matchesGlob(name, pattern))
}

/** Is the snapshot old enough by the given clock (epoch seconds)? An age is never negative, so 0 is always reached. */
export function isOldEnough(filter: SnapshotFilter, creation: number, nowSeconds: number): boolean {
  return Math.max(0, nowSeconds - creation) >= filter.minAgeSeconds
}

/** A snapshot that the policy wants on the backup, now. */
export function isEligible(filter: SnapshotFilter, snapshot: SnapshotEntry, nowSeconds: number): boolean {
  return isOldEnough(filter, snapshot.creation, nowSeconds) && wantsName(filter, snapshot.name)
}
