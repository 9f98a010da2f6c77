import { leaveOut } from './leave-out.ts'
import type { Sequence } from './operation.ts'
import { play } from './play.ts'

/** Invariants by their first two words: a shorter sequence has to break the same one. */
const kindOf = (found: readonly string[]): string => (found[0] ?? '').split(' ').slice(0, 2).join(' ')

/** Leaves out what is not needed to break the same invariant. */
export async function shrink(sequence: Sequence, found: readonly string[], tries = 150): Promise<Sequence> {
  const wanted = kindOf(found)
  const operations = await leaveOut(sequence.operations, tries, async (fewer) => {
    const { failure } = await play({ ...sequence, operations: fewer })
    return failure !== null && kindOf(failure.found) === wanted
  })
  return { ...sequence, operations }
}
