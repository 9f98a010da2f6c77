import { filterOf, isEligible } from '../filter.ts'
import type { Comparison, JudgeInput, Rhythm, SnapshotRef, Waiting } from '../types.ts'
import { rhythmAfter } from './rhythm.ts'
import { waitingAfter } from './waiting.ts'

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
export function primaryClock({ now, inventory }: Pick<JudgeInput, 'now' | 'inventory'>): number {
  return now / 1000 + (inventory.primarySkewSeconds ?? 0)
}

/** Age of something dated by the primary. A date in the future is no negative age. */
export function ageSeconds(input: JudgeInput, creation: number): number {
  return Math.max(0, primaryClock(input) - creation)
}

/**
 * Age of something dated by the primary and first seen by the witness at `seenAt` (epoch ms): the longer of the two. The
 * second holds where the first lies, after a clock was set.
 */
export function ageSince(input: JudgeInput, { creation, seenAt }: { creation: number; seenAt: number }): number {
  return Math.max(ageSeconds(input, creation), (input.now - seenAt) / 1000)
}

/** How long something has been overdue that was wanted from `min_age_hours` on. */
export function overdueSeconds(input: JudgeInput, { creation, seenAt }: { creation: number; seenAt: number }): number {
  const byClock = ageSeconds(input, creation) - input.policy.minAgeSeconds
  return Math.floor(Math.max(0, byClock, (input.now - seenAt) / 1000))
}

/** What this look says of the primary's rhythm and of what waits; as remembered, where the primary was not read. */
export function primaryMemory(
  input: JudgeInput,
  comparison: Comparison | null,
): { readonly rhythm?: Rhythm; readonly waiting?: Waiting } {
  const { memory, policy, inventory, intervalSeconds, now } = input
  const { primary } = inventory
  if (primary.state !== 'present') {
    const { rhythm, waiting } = memory
    return { ...(rhythm === undefined ? {} : { rhythm }), ...(waiting === undefined ? {} : { waiting }) }
  }
  const filter = filterOf(policy)
  const clock = primaryClock(input)
  const look = {
    primary,
    eligible: (entry: (typeof primary.snapshots)[number]) => isEligible(filter, entry, clock),
    minAgeSeconds: policy.minAgeSeconds,
    at: { witness: now, primary: clock },
    intervalSeconds,
  }
  const rhythm = rhythmAfter(memory.rhythm, look)
  return { rhythm, waiting: waitingAfter({ ...look, comparison, memory, rhythm }) }
}

/**
 * Delay and lag where both sides were seen. It counts from the remembered moment, and at least from the oldest one that
 * is missing now: not the newest, it has waited longest.
 */
export function seenLag(input: JudgeInput, comparison: Comparison, waiting: Waiting | undefined): LagFacts {
  const oldestMissing = comparison.behind[0] ?? null
  const { base } = comparison
  const seenAt = waiting?.base?.guid === base?.guid ? (waiting?.base?.seenAt ?? input.now) : input.now
  return {
    delaySeconds: oldestMissing === null ? 0 : delayOf(input, oldestMissing, waiting),
    oldestMissing,
    lagSeconds: base === null ? null : Math.floor(ageSince(input, { creation: base.creation, seenAt })),
    snapshots: comparison.behind.length,
  }
}

/** Of the oldest one that is missing now, or of the remembered moment, whichever is longer. */
export function delayOf(input: JudgeInput, oldest: SnapshotRef, waiting: Waiting | undefined): number {
  const firstSeen = input.memory.firstMissing[oldest.guid] ?? input.now
  const alone = overdueSeconds(input, { creation: oldest.creation, seenAt: firstSeen })
  const since = waiting?.since ?? null
  return since === null ? alone : Math.max(alone, overdueSeconds(input, since))
}
