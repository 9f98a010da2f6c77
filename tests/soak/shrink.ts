import type { Sequence } from './operation.ts'
import { play } from './play.ts'

/** Invariants by their first two words: a shorter sequence has to break the same one. */
const kindOf = (found: readonly string[]): string => (found[0] ?? '').split(' ').slice(0, 2).join(' ')

/** Leaves out what is not needed to break the same invariant, in ever smaller pieces. */
export async function shrink(sequence: Sequence, found: readonly string[], tries = 150): Promise<Sequence> {
  const wanted = kindOf(found)
  let best = sequence
  let left = tries
  const breaks = async (operations: Sequence['operations']): Promise<boolean> => {
    left--
    const { failure } = await play({ ...sequence, operations })
    return failure !== null && kindOf(failure.found) === wanted
  }
  for (let size = Math.ceil(best.operations.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.operations.length && left > 0; ) {
      const operations = best.operations.toSpliced(at, size)
      if (await breaks(operations)) best = { ...best, operations }
      else at += size
    }
  }
  return best
}
