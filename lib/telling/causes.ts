import type { DatasetView } from '#lib/engine/types.ts'
import type { ReasonCode } from '#lib/replication/types/reason.ts'

/** Nothing of the dataset itself: its host, or the witness, could not look. What is known of it stays as it is. */
const NOT_LOOKED: ReadonlySet<ReasonCode> = new Set([
  'WITNESS_ISOLATED',
  'HOST_KEY_CHANGED',
  'AUTH_FAILED',
  'HOST_UNREACHABLE',
  'STALE_CHECK',
  'NOT_CHECKED',
])

export function isNotLooked(code: ReasonCode): boolean {
  return NOT_LOOKED.has(code)
}

/** Codes that have a cause in common wherever the place in the name is the same. */
const SHARED: Partial<Record<ReasonCode, (view: DatasetView) => string>> = {
  LAGGING: late,
  LAG_CRITICAL: late,
  RECOVERY_POINT_OLD: late,
  WINDOW_MISSED: ({ dataset }) => `window:${dataset.mapping.backup.host}`,
  PRIMARY_STALE: snapshots,
  PRIMARY_STOPPED: snapshots,
  CLOCK_SKEW: late,
  PERMISSION_MISSING: ({ dataset }) => `rights:${dataset.mapping.backup.host}`,
  LOW_SPACE: ({ dataset }) => `space:${poolOf(dataset.mapping.backup)}`,
  POOL_UNAVAILABLE: (view) => `pool:${poolOfEvidence(view)}`,
  POOL_DEGRADED: (view) => `pool:${poolOfEvidence(view)}`,
}

/** The backups of one host that fall behind those of another have a cause in common, most of the time. */
function late({ dataset: { mapping } }: DatasetView): string {
  return `late:${mapping.primary.host}>${mapping.backup.host}`
}

/** Whatever takes the snapshots of a host has stopped. */
function snapshots({ dataset: { mapping } }: DatasetView): string {
  return `snapshots:${mapping.primary.host}`
}

function poolOf({ host, dataset }: { readonly host: string; readonly dataset: string }): string {
  return `${host}/${dataset.split('/')[0]}`
}

function poolOfEvidence({ dataset: { mapping }, verdict }: DatasetView): string {
  const { host, pool } = verdict.reason.evidence
  return typeof host === 'string' && typeof pool === 'string' ? `${host}/${pool}` : poolOf(mapping.backup)
}

/** Whatever has the same cause is one incident; most reasons are a dataset's own. */
export function causeOf(view: DatasetView, code: ReasonCode): string {
  return SHARED[code]?.(view) ?? `dataset:${view.dataset.id}`
}
