import { isSmall, roomIn, stopReceiveBelow } from '#lib/replication/space.ts'
import { sayBytes } from '#lib/replication/words.ts'
import type { EngineDeps } from './deps.ts'
import type { StepFault } from './ports.ts'
import type { StepRequest } from './run-step.ts'

/** Free space is read so often during a receive. */
const EVERY_MS = 60_000

export interface TransferWatch {
  /** Bytes of this stream so far. */
  moved(bytes: number): void
  /** Fires when the caller's does, or when the watch finds a reason to stop. */
  readonly signal: AbortSignal
  /** Why the watch stopped it; null: it did not. */
  stopped(): StepFault | null
  end(): void
}

/**
 * Two reasons to stop a transfer that runs well, its token kept: the target pool is about to fill up (which would break
 * every other backup in it), and the end of the repair window.
 */
export function watchTransfer(
  deps: EngineDeps,
  { signal, pool, stopAt }: StepRequest,
  { host, isIncrement }: { readonly host: string; readonly isIncrement: boolean },
): TransferWatch {
  const own = new AbortController()
  const over = new AbortController()
  let reason: StepFault | null = null
  let bytes = 0
  const stop = (kind: string, message: string): void => {
    reason ??= { kind, host, message, stderrTail: '', retryable: false }
    own.abort()
  }
  const watching = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const left = stopAt === null ? EVERY_MS : Math.min(EVERY_MS, stopAt - deps.now())
      if (left > 0) await deps.sleep(left, over.signal)
      if (over.signal.aborted) return
      if (stopAt !== null && deps.now() >= stopAt) {
        stop('window-ended', 'The repair window is over; what has arrived is kept and goes on in the next one.')
        return
      }
      const facts = await deps.sans.pool(host, pool.name, over.signal)
      if (facts === null || over.signal.aborted) continue
      const { free, size } = roomIn(facts)
      const least = stopReceiveBelow(pool.keepFree, size, isIncrement && isSmall(bytes, size))
      if (free >= least) continue
      stop(
        'low-space',
        `Pool ${pool.name} on ${host} has only ${sayBytes(free)} free (at least ${sayBytes(least)} must stay): the receive was stopped before it filled up, its token is kept.`,
      )
      return
    }
  }
  watching().catch((error: unknown) => {
    if (!over.signal.aborted) deps.log.warn(`The free space of ${pool.name} could not be watched: ${error}`, { host })
  })
  return {
    moved: (soFar) => {
      bytes = soFar
    },
    signal: AbortSignal.any([signal, own.signal]),
    stopped: () => (signal.aborted ? null : reason),
    end: () => over.abort(),
  }
}
