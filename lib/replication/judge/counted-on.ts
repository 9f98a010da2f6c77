import { filterOf, isEligible } from '../filter.ts'
import { byCreatetxg, toRef } from '../order.ts'
import type { JudgeInput, PresentSide, Rhythm, SnapshotRef, Waiting } from '../types.ts'
import { ageSince, delayOf, type LagFacts, overdueSeconds } from './delay.ts'
import { rhythmSeconds } from './rhythm.ts'

interface Remembered {
  readonly rhythm: Rhythm | undefined
  readonly waiting: Waiting | undefined
}

/**
 * Delay where the two sides were not seen together: counted on from the last look that saw both. What the primary shows
 * alone can only add to it (a backup that is not seen cannot have caught up as far as is known). Of a primary that was
 * not read either, off as planned or not, the next snapshot counts as missing from one rhythm after the base on.
 */
export function countedOnLag(input: JudgeInput, { rhythm, waiting }: Remembered): LagFacts {
  const { last } = input.memory
  const base = baseOf(input, waiting)
  if (last === null && base === null)
    return { delaySeconds: null, oldestMissing: null, lagSeconds: null, snapshots: null }
  const since = waiting?.since ?? null
  const waited = Math.max(
    since === null ? 0 : overdueSeconds(input, since),
    waiting !== undefined || last === null || last.oldestMissingSince === null
      ? 0
      : Math.floor(Math.max(0, input.now - last.oldestMissingSince) / 1000),
  )
  const lagSeconds = base === null ? null : Math.floor(ageSince(input, base))
  const { primary } = input.inventory

  if (primary.state === 'present') {
    const missing = missingOnPrimary(input, primary, waiting?.base ?? null)
    const oldest = missing[0] ?? null
    const delaySeconds = oldest === null ? waited : Math.max(waited, delayOf(input, oldest, waiting))
    return { delaySeconds, oldestMissing: oldest, lagSeconds, snapshots: missing.length }
  }
  return {
    delaySeconds: Math.max(waited, unread(input, base, rhythm)),
    oldestMissing: null,
    lagSeconds,
    snapshots: null,
  }
}

/**
 * How long something has been missing that nobody saw. What a look at both sides saw to be complete was so: an archive
 * that has taken no snapshot for a year is not a year behind in the minute in which its primary restarts.
 */
function unread(input: JudgeInput, base: Dated | null, rhythm: Rhythm | undefined): number {
  const { last, waiting } = input.memory
  if (base === null) return last === null ? 0 : Math.floor(Math.max(0, input.now - last.at) / 1000)
  const due = Math.floor(Math.max(0, ageSince(input, base) - rhythmSeconds(rhythm) - input.policy.minAgeSeconds))
  const completeAt =
    waiting === undefined
      ? last !== null && last.behindSnapshots === 0 && last.oldestMissingSince === null
        ? last.at
        : null
      : waiting.clearSince === null
        ? null
        : (rhythm?.lookedAt.witness ?? null)
  // A look from the future tells nothing of how long ago it was.
  return completeAt === null || completeAt > input.now
    ? due
    : Math.min(due, Math.floor((input.now - completeAt) / 1000))
}

interface Dated {
  readonly creation: number
  readonly seenAt: number
}

function baseOf({ memory, now }: JudgeInput, waiting: Waiting | undefined): Dated | null {
  if (waiting !== undefined) return waiting.base
  const common = memory.last?.newestCommon ?? null
  return common === null ? null : { creation: common.creation, seenAt: now }
}

/** Eligible snapshots newer than the last known common one, oldest first. */
function missingOnPrimary(input: JudgeInput, primary: PresentSide, base: Waiting['base']): readonly SnapshotRef[] {
  const filter = filterOf(input.policy)
  const now = input.now / 1000 + (input.inventory.primarySkewSeconds ?? 0)
  const eligible = byCreatetxg(primary.snapshots).filter((entry) => isEligible(filter, entry, now))
  const newer = base === null ? eligible : eligible.filter(({ createtxg }) => createtxg > BigInt(base.createtxg))
  return newer.map(toRef)
}
