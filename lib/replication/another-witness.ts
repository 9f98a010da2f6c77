import type { Rule } from './judge/context.ts'
import type { JudgeInput, Memory, Reason } from './types.ts'

/*
 * Two witnesses with one configuration would go on with each other's transfers and finish each other's swaps. So each
 * repair leaves a mark on the backup, and who finds the fresh mark of another one starts nothing by itself. A mark is a
 * word of the SAN: it can only hold something back, and only for so long.
 */

/** So long a mark counts. */
const FRESH_MS = 24 * 3600_000
/** And so long where a swap is half done: the other one finishes it when it starts again, or it is gone. */
const MID_SWAP_MS = 3600_000

type Look = Pick<JudgeInput, 'inventory' | 'memory' | 'now' | 'witness'>

/** The other witness, as known after this look. Where the mark was not read this time, what was read before counts. */
export function otherWitness({ inventory: { mark }, memory, now, witness }: Look): Memory['otherWitness'] {
  const before = memory.otherWitness ?? null
  if (mark === undefined)
    return before === null || now >= until(before) ? null : { ...before, at: Math.min(before.at, now) }
  if (mark === null || mark.witness === witness) return null
  const same = before?.id === mark.witness && before.dated === mark.at
  // A clock that is ahead, or a forgery: dated by its first sight, or it would count until that date.
  const at = mark.at <= now ? mark.at : same ? Math.min(before.at, now) : now
  const found = { id: mark.witness, dated: mark.at, at }
  return now >= until(found) ? null : found
}

function until({ at }: NonNullable<Memory['otherWitness']>): number {
  return at + FRESH_MS
}

export const anotherWitnessRule: Rule = ({ input, tell }) => {
  const other = otherWitness(input) ?? null
  const { witness = null } = input
  if (other === null || witness === null) return []
  return [tell('ANOTHER_WITNESS', { other: other.id, own: witness, at: other.at, until: until(other) })]
}

/** Until when (epoch ms) nothing starts by itself for the sake of another witness; null: nothing is held for it. */
export function heldForAnother(reasons: readonly Reason[], finishesSwap: boolean): number | null {
  const evidence = reasons.find(({ code }) => code === 'ANOTHER_WITNESS')?.evidence
  if (typeof evidence?.at !== 'number') return null
  return evidence.at + (finishesSwap ? MID_SWAP_MS : FRESH_MS)
}
