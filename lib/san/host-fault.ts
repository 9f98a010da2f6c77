import type { LookFault } from '#lib/replication/types.ts'
import type { RemoteFault, RemoteFaultKind } from '#lib/ssh/types.ts'

const AUTH: ReadonlySet<RemoteFaultKind> = new Set(['auth', 'key-file', 'account'])
const NOT_THE_HOST: ReadonlySet<RemoteFaultKind> = new Set(['command', 'cancelled', 'local', 'too-much-output'])

/** A host that could not be read, as the judge knows it. A key that nobody pinned is no changed key: it is not reached yet. */
export function lookFault(fault: RemoteFault): LookFault {
  return {
    host: fault.host,
    kind: fault.kind,
    reason: reasonOf(fault.kind),
    message: fault.message,
    retryable: fault.retryable,
  }
}

function reasonOf(kind: RemoteFaultKind): LookFault['reason'] {
  if (kind === 'host-key-changed') return 'HOST_KEY_CHANGED'
  if (AUTH.has(kind)) return 'AUTH_FAILED'
  if (kind === 'too-slow') return 'LISTING_TIMED_OUT'
  return NOT_THE_HOST.has(kind) ? 'NOT_CHECKED' : 'HOST_UNREACHABLE'
}

/** One dataset that its host did not list, for a reason of its own. */
export function datasetFault(host: string, kind: string, message: string, retryable = true): LookFault {
  return { host, kind, reason: 'NOT_CHECKED', message, retryable }
}

/** A setting that is raised is written down as twice what it is, up to what the configuration takes. */
const MOST_MINUTES = 240

/** A host that answers and is too slow; `message` says what took too long, `timeoutMs` is `command_timeout_minutes`. */
export function slowFault(host: string, message: string, timeoutMs: number): LookFault {
  const now = Math.round(timeoutMs / 600) / 100
  const raised = Math.min(MOST_MINUTES, Math.max(1, Math.ceil(2 * now)))
  const setting = raised > now ? { setting: { name: 'command_timeout_minutes', now, raised } } : {}
  return { host, kind: 'too-slow', reason: 'LISTING_TIMED_OUT', message, retryable: true, ...setting }
}

/** A length of time in a sentence. */
export function span(ms: number): string {
  return ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.round(ms / 6000) / 10} min`
}
