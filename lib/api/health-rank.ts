import type { Health } from '#lib/replication/types/reason.ts'

/** As the reasons are ranked: what nobody could look at weighs more than what only needs attention. */
export const HEALTH_RANK: Readonly<Record<Health, number>> = { HEALTHY: 0, WARNING: 1, UNKNOWN: 2, BROKEN: 3 }
