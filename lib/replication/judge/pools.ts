import type { PoolFacts } from '#lib/zfs/types.ts'
import { LISTING_HOLDS } from '../pool-health.ts'
import type { Reason, Side } from '../types.ts'
import type { JudgeContext, Rule } from './context.ts'

export const poolsRule: Rule = (context) => {
  const { inventory, mapping } = context.input
  return [
    ...poolReasons(context, mapping.primary.host, inventory.primary, inventory.primaryPool, false),
    ...poolReasons(context, mapping.backup.host, inventory.backup, inventory.backupPool, true),
  ]
}

/** A read-only pool still can be sent from; nothing can be received into it. */
function poolReasons(
  { tell }: JudgeContext,
  host: string,
  side: Side,
  pool: PoolFacts | null,
  isTarget: boolean,
): readonly Reason[] {
  if (side.state === 'pool-unavailable')
    return [tell('POOL_UNAVAILABLE', { host, pool: side.pool, health: side.health })]
  if (pool === null) return []
  if (!LISTING_HOLDS.has(pool.health)) return [tell('POOL_UNAVAILABLE', { host, pool: pool.name, health: pool.health })]
  if (isTarget && pool.readonly) return [tell('POOL_UNAVAILABLE', { host, pool: pool.name, health: 'read-only' })]
  return pool.health === 'DEGRADED' ? [tell('POOL_DEGRADED', { host, pool: pool.name, health: pool.health })] : []
}
