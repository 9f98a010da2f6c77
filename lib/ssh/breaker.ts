import type { RemoteFault, RemoteFaultKind } from './types.ts'

/** A person has to act. Trying again soon makes it worse: a server locks out an address after a few refused logins. */
const FINAL: ReadonlySet<RemoteFaultKind> = new Set([
  'auth',
  'host-key-changed',
  'host-key-unknown',
  'account',
  'algorithms',
])
const TRANSPORT: ReadonlySet<RemoteFaultKind> = new Set([
  'dns',
  'unreachable',
  'refused',
  'timeout',
  'throttled',
  'lost',
])

const FAILURES_TO_OPEN = 3
/** What a person cures on the host is found by one try in a quarter of an hour (at a minute's `openMs`), far below any lock-out. */
const FINAL_PATIENCE = 15

/** One per host. While it is open the stored fault is the answer, at once and without a connection. */
export interface Breaker {
  /** Null: go on, and `report` what came of it. Else: the answer. */
  enter(): RemoteFault | null
  /** `null` for a success; `'none'` when it ended without an answer (a cancel, a fault of our own). */
  report(outcome: RemoteFault | null | 'none'): void
  reset(): void
  readonly isOpen: boolean
}

interface BreakerOptions {
  readonly now: () => number
  /** How long it stays open before one probe is let through. */
  readonly openMs: number
}

export function createBreaker({ now, openMs }: BreakerOptions): Breaker {
  let failures = 0
  let stored: RemoteFault | null = null
  let openedAt = 0
  let probing = false
  let last: RemoteFault | null = null

  return {
    get isOpen() {
      return stored !== null
    },
    enter() {
      if (stored === null) return null
      const wait = FINAL.has(stored.kind) ? openMs * FINAL_PATIENCE : openMs
      if (probing || now() - openedAt < wait) return stored
      probing = true
      return null
    },
    report(outcome) {
      const wasProbe = probing
      probing = false
      if (outcome === 'none') return
      // Many callers may have waited for one connection: its failure is one failure.
      if (outcome !== null && outcome === last) return
      last = outcome
      // A host that is slow has answered.
      if (outcome === null || outcome.kind === 'too-slow') {
        failures = 0
        stored = null
        return
      }
      if (!FINAL.has(outcome.kind) && !TRANSPORT.has(outcome.kind)) return
      failures += 1
      if (wasProbe || FINAL.has(outcome.kind) || failures >= FAILURES_TO_OPEN) {
        stored = outcome
        openedAt = now()
      }
    },
    reset() {
      failures = 0
      stored = null
      last = null
      probing = false
    },
  }
}

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
