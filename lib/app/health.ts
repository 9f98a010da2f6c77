import type { Config } from '#config/effective.ts'
import { intervalAt } from '#config/windows.ts'
import type { Store } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/ports.ts'

// Can the witness do its work? And the one thing it does about it by itself.

interface Parts {
  readonly store: Pick<Store, 'check'>
  readonly makeRoom: () => Promise<void>
  readonly configuration: { readonly current: Config; readonly missing: boolean }
  /** The schedule of scans; its next one null: none is planned. */
  readonly scans: { readonly running: boolean; readonly next: Date | null }
  readonly stopping: AbortSignal
  readonly now: () => number
}

const PROBE_MS = 10_000

/** The names of what is wrong, for /readyz; none: ready. Its readers learn no more than the names. */
export function readiness({ store, makeRoom, configuration, scans, stopping, now }: Parts) {
  let probe: { readonly at: number; readonly ok: Promise<boolean> } | null = null
  /** Strangers may ask as often as they like: they get the answer of some seconds ago. */
  const canWrite = (): Promise<boolean> => {
    const at = now()
    if (probe === null || Math.abs(at - probe.at) >= PROBE_MS) {
      probe = { at, ok: canBeWritten(store).then((can) => can || makeRoom().then(() => canBeWritten(store))) }
    }
    return probe.ok
  }
  return async (): Promise<readonly string[]> => {
    const failed: string[] = []
    if (!(await canWrite())) failed.push('database')
    if (stopping.aborted) failed.push('stopping')
    if (configuration.missing) failed.push('configuration')
    const { scheduler } = configuration.current
    if (scheduler.enabled && scans.running && isLate(scans.next, now(), intervalAt(scheduler, now())))
      failed.push('scheduler')
    return failed
  }
}

function canBeWritten(store: Pick<Store, 'check'>): Promise<boolean> {
  return store.check().then(
    () => true,
    () => false,
  )
}

/** A next tick that should have come two intervals ago: the scheduler does not run any more. */
function isLate(next: Date | null, now: number, intervalSeconds: number): boolean {
  return next === null || now - next.getTime() > 2 * intervalSeconds * 1000
}

/** On a disk that stays full it would be tried with every write. */
const NOT_AGAIN_MS = 60_000

/**
 * Where the disk of the database is nearly full, the oldest log lines go before a repair cannot be recorded; at most once a
 * minute. What someone else filled the disk with stays, of course.
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
