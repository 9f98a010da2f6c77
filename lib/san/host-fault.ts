import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { RemoteFault, RemoteFaultKind } from '#lib/ssh/types.ts'
import { cleanLine } from '#lib/text/clean.ts'
import type { SnapshotLimits } from '#lib/zfs/snapshot-limits.ts'

/*
 * What a host says goes from here into verdicts, the database and onto screens: one line of at most 4 KiB.
 */

const AUTH: ReadonlySet<RemoteFaultKind> = new Set(['auth', 'key-file', 'account'])
const NOT_THE_HOST: ReadonlySet<RemoteFaultKind> = new Set(['command', 'cancelled', 'local', 'too-much-output'])

/** A host that could not be read, as the judge knows it. A key that was never pinned is no changed key: it is not reached yet. */
export function lookFault(fault: RemoteFault): LookFault {
  return {
    host: fault.host,
    kind: fault.kind,
    reason: reasonOf(fault.kind),
    message: cleanLine(fault.message),
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
  return { host, kind, reason: 'NOT_CHECKED', message: cleanLine(message), retryable }
}

/** One dataset whose listing alone is more than any listing can be: the answer was cut off, and nothing of it counts. */
export function floodFault(host: string, name: string): LookFault {
  const message = `${host} answered the listing of ${name} alone with more than a listing can be, so it was cut off and nothing of it counts: see what that command answers there.`
  return datasetFault(host, 'too-much-output', message, false)
}

/** A dataset, or the host, has more snapshots and bookmarks than are read. */
export function fullFault(host: string, name: string, which: keyof SnapshotLimits, limits: SnapshotLimits): LookFault {
  const count = limits[which].toLocaleString('en-US')
  const message =
    which === 'bytesOfAHost'
      ? `With those of ${name}, the snapshots and bookmarks that ${host} lists take more than the ${limits[which] / 1_000_000} MB of memory here that those of all its datasets together may take: destroy those that are not needed there, and keep fewer, or nothing can be said of this one.`
      : which === 'ofADataset'
        ? `${host} lists more than ${count} snapshots and bookmarks of ${name}, the most that are read of one dataset: destroy those that are not needed there, and keep fewer, or nothing can be said of it.`
        : `With those of ${name}, ${host} lists more than ${count} snapshots and bookmarks, the most that are read of all its datasets together: destroy those that are not needed there, and keep fewer, or nothing can be said of this one.`
  return datasetFault(host, 'too-many-snapshots', message, false)
}

/** A setting that is raised is written down as twice what it is, up to what the configuration takes. */
const MOST_MINUTES = 240

/** A host that answers and is too slow; `message` says what took too long, `timeoutMs` is `command_timeout_minutes`. */
export function slowFault(host: string, message: string, timeoutMs: number): LookFault {
  const now = Math.round(timeoutMs / 600) / 100
  const raised = Math.min(MOST_MINUTES, Math.max(1, Math.ceil(2 * now)))
  const setting = raised > now ? { setting: { name: 'command_timeout_minutes', now, raised } } : {}
  return {
    host,
    kind: 'too-slow',
    reason: 'LISTING_TIMED_OUT',
    message: cleanLine(message),
    retryable: true,
    ...setting,
  }
}

/** A length of time in a sentence. */
export function span(ms: number): string {
  return ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.round(ms / 6000) / 10} min`
}
