import type { Comparison, JudgeInput, SnapshotRef } from '../types.ts'

export interface LagFacts {
  /** See PRODUCT vocabulary; null = not known. */
  readonly delaySeconds: number | null
  readonly oldestMissing: SnapshotRef | null
  /** Recovery point age; null = there is no common snapshot, or none was ever seen. */
  readonly lagSeconds: number | null
  /** Snapshots behind; null = not known. */
  readonly snapshots: number | null
}

/** Epoch seconds by the primary's clock, which dated the snapshots; by the witness's where it was not read. */
export function primaryClock({ now, inventory }: JudgeInput): number {
  return now / 1000 + (inventory.primarySkewSeconds ?? 0)
}

/** Age of something dated by the primary. A date in the future is no negative age. */
export function ageSeconds(input: JudgeInput, creation: number): number {
  return Math.max(0, primaryClock(input) - creation)
}

/**
 * How long a snapshot has been overdue: since it became eligible by the primary's clock, or since the witness first saw
 * it missing, whichever is longer. The second holds where the first lies, after a clock was set.
 */
export function overdueSeconds(input: JudgeInput, missing: SnapshotRef): number {
  const byClock = ageSeconds(input, missing.creation) - input.policy.minAgeSeconds
  const firstSeen = input.memory.firstMissing[missing.guid]
  const bySight = firstSeen === undefined ? 0 : (input.now - firstSeen) / 1000
  return Math.floor(Math.max(0, byClock, bySight))
}

/** Delay and lag where both sides were seen. The oldest missing one counts, not the newest: it has waited longest. */
export function seenLag(input: JudgeInput, comparison: Comparison): LagFacts {
  const oldestMissing = comparison.behind[0] ?? null
  const common = comparison.newestCommon
  return {
    delaySeconds: oldestMissing === null ? 0 : overdueSeconds(input, oldestMissing),
    oldestMissing,
    lagSeconds: common === null ? null : Math.floor(ageSeconds(input, common.creation)),
    snapshots: comparison.behind.length,
  }
}
