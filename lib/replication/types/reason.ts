export type Health = 'HEALTHY' | 'WARNING' | 'BROKEN' | 'UNKNOWN'
export type Status = Health | 'REPAIRING'

export const REASONS = {
  BROKEN: [
    'HALF_DONE_SWAP',
    'POOL_UNAVAILABLE',
    'PRIMARY_LOST_HISTORY',
    'PRIMARY_REPLACED',
    'PRIMARY_REWOUND',
    'CHILDREN_GONE',
    'PRIMARY_DATASET_MISSING',
    'BACKUP_DATASET_MISSING',
    'PRIMARY_EMPTY',
    'NO_COMMON_SNAPSHOT',
    'LAG_CRITICAL',
    'PRIMARY_STOPPED',
  ],
  UNKNOWN: [
    'WITNESS_ISOLATED',
    'HOST_KEY_CHANGED',
    'AUTH_FAILED',
    'HOST_UNREACHABLE',
    'INTERNAL',
    'LISTING_TIMED_OUT',
    'STALE_CHECK',
    'NOT_CHECKED',
  ],
  WARNING: [
    'PRIMARY_REWRITTEN',
    'BACKUP_IN_USE',
    'NAME_CLASH',
    'BACKUP_MODIFIED',
    'BACKUP_AHEAD',
    'ENCRYPTION_MISMATCH',
    'REPAIR_FAILING',
    'STALLED',
    'PERMISSION_MISSING',
    'LOW_SPACE',
    'ANOTHER_WITNESS',
    'SET_ASIDE_LIMIT',
    'PARTIAL_RECEIVE',
    'BASE_IS_BOOKMARK',
    'CHAIN_AT_RISK',
    'LAGGING',
    'RECOVERY_POINT_OLD',
    'WINDOW_MISSED',
    'PRIMARY_STALE',
    'POOL_DEGRADED',
    'CLOCK_SKEW',
    'RETIRED',
  ],
  HEALTHY: ['WITHIN_POLICY', 'UP_TO_DATE', 'CONTAINER'],
  NOTE: [
    'GAP_ON_BACKUP',
    'EXTRA_ON_BACKUP',
    'BUSY',
    'WAITING_FOR_WINDOW',
    'HOST_OFFLINE_PLANNED',
    'ALL_LEFT_OUT',
    'CANMOUNT_UNSURE',
    'NEW_CHILD',
  ],
} as const
export type ReasonCode = (typeof REASONS)[keyof typeof REASONS][number]

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface Reason {
  readonly code: ReasonCode
  readonly severity: Health | 'NOTE'
  /** One sentence for a person, with names, times and sizes in it. Untrusted text (names) included: escape on output. */
  readonly message: string
  /** The next step, one sentence, or null where nothing is to be done. */
  readonly action: string | null
  readonly evidence: { readonly [key: string]: Json }
}
