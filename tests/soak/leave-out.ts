/**
 * The items that are needed for it still to break, in their order: the others are left out in ever smaller pieces, with at
 * most so many tries.
 */
export async function leaveOut<T>(
  items: readonly T[],
  tries: number,
  breaks: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let best = items
  let left = tries
  for (let size = Math.ceil(best.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && left > 0; ) {
      const fewer = best.toSpliced(at, size)
      left--
      if (await breaks(fewer)) best = fewer
      else at += size
    }
  }
  return best
}
