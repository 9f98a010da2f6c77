import type { RemoteFault, RemoteFaultKind } from './types.ts'

/** Faults of the way to the host that pass by themselves, and come up before anything ran there. */
const PASSING: ReadonlySet<RemoteFaultKind> = new Set(['dns', 'unreachable', 'refused', 'timeout', 'throttled'])

export const isPassing = (fault: RemoteFault): boolean => PASSING.has(fault.kind) && fault.retryable

export interface Backoff {
  readonly baseMs: number
  readonly capMs: number
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

/** Full jitter: many callers that failed at the same moment do not come back at the same moment. */
export const backoffMs = ({ baseMs, capMs, random }: Backoff, failures: number): number =>
  random() * Math.min(capMs, baseMs * 2 ** failures)

/** True after the wait, false when the signal came first. */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer)
      resolve(false)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve(true)
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
