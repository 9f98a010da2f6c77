import { type Evidence, LISTED } from '../sentences/evidence.ts'
import { reason } from '../sentences/reasons.ts'
import type { Comparison, PresentSide, Side, SnapshotRef } from '../types/inventory.ts'
import type { Reason, ReasonCode } from '../types/reason.ts'
import type { JudgeInput, Rhythm, Waiting } from '../types/verdict.ts'
import { type Words, wordsFor } from '../words.ts'
import { countedOnLag, type LagFacts, primaryMemory, seenLag } from './delay.ts'
import { warnDelaySeconds } from './rhythm.ts'

/** What every rule looks at. */
export interface JudgeContext {
  readonly input: JudgeInput
  readonly words: Words
  /** Both sides answered, whatever they said. */
  readonly looked: boolean
  readonly primary: PresentSide | null
  readonly backup: PresentSide | null
  /** Null where the histories could not be compared. */
  readonly comparison: Comparison | null
  readonly lag: LagFacts
  /** As they are after this look; undefined where the primary was never read. */
  readonly rhythm: Rhythm | undefined
  readonly waiting: Waiting | undefined
  reason<C extends ReasonCode>(code: C, evidence: Evidence<C>): Reason
}
/** One rule: the reasons it finds, none where it has nothing to say. */
export type Rule = (context: JudgeContext) => readonly Reason[]

export function contextOf(asked: JudgeInput): JudgeContext {
  const { inventory, comparison } = asked
  const words = wordsFor(asked.mapping, asked.timezone)
  const looked = inventory.primary.state !== 'unknown' && inventory.backup.state !== 'unknown'
  const primary = present(inventory.primary)
  const { rhythm, waiting } = primaryMemory(asked, comparison)
  const { policy } = asked
  const input = { ...asked, policy: { ...policy, warnDelaySeconds: warnDelaySeconds(policy, rhythm) } }
  return {
    input,
    words,
    looked,
    primary,
    backup: present(inventory.backup),
    comparison,
    lag: comparison === null ? countedOnLag(input, { rhythm, waiting }) : seenLag(input, comparison, waiting),
    rhythm,
    waiting,
    reason: (code, evidence) => reason(words, code, evidence),
  }
}

function present(side: Side): PresentSide | null {
  return side.state === 'present' ? side : null
}

type SnapshotFact = { readonly name: string; readonly guid: string; readonly creation: number }

/** A snapshot as evidence shows it. */
export function fact({ name, guid, creation }: SnapshotRef): SnapshotFact {
  return { name, guid, creation }
}

export function factOrNull(ref: SnapshotRef | null): SnapshotFact | null {
  return ref === null ? null : fact(ref)
}

/** First and last are always among those listed, so that a range can be told from them. */
export function listed(refs: readonly SnapshotRef[]): {
  readonly count: number
  readonly snapshots: readonly SnapshotFact[]
} {
  const shown = refs.length <= LISTED ? refs : [...refs.slice(0, LISTED - 1), ...refs.slice(-1)]
  return { count: refs.length, snapshots: shown.map(fact) }
}
