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
  return NOT_THE_HOST.has(kind) ? 'NOT_CHECKED' : 'HOST_UNREACHABLE'
}

/** One dataset that its host did not list, for a reason of its own. */
export function datasetFault(host: string, kind: string, message: string, retryable = true): LookFault {
  return { host, kind, reason: 'NOT_CHECKED', message, retryable }
}
