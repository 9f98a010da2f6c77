import type { Store } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/ports.ts'

/** On a disk that stays full it would be tried with every write. */
const NOT_AGAIN_MS = 60_000

/**
 * Where the disk of the database is nearly full, the oldest log lines go before a repair cannot be recorded; at most once a
 * minute. What somebody else filled the disk with stays, of course.
 */
export function keepRoom(parts: {
  readonly store: Pick<Store, 'makeRoom'>
  readonly log: Pick<EngineLog, 'warn'>
  readonly now: () => number
}): () => Promise<void> {
  let triedAt: number | null = null
  return async () => {
    const at = parts.now()
    if (triedAt !== null && Math.abs(at - triedAt) < NOT_AGAIN_MS) return
    triedAt = at
    const deleted = await parts.store.makeRoom()
    if (deleted > 0)
      parts.log.warn(
        `The disk of the data directory is nearly full: the oldest ${deleted} log lines were deleted, so that repairs can be recorded. Free space there.`,
      )
  }
}
