import type { Inventory } from './types.ts'

/** Pool states in which a pool can be used. In every other one a listing may still come, but from memory. */
export const LISTING_HOLDS: ReadonlySet<string> = new Set(['ONLINE', 'DEGRADED'])

/** The pool that holds everything up, with its state, or null where both can be used. */
export function unusablePool(
  inventory: Inventory,
): { readonly host: string; readonly pool: string; readonly health: string } | null {
  const { mapping, primary, backup, primaryPool, backupPool } = inventory
  if (primary.state === 'pool-unavailable')
    return { host: mapping.primary.host, pool: primary.pool, health: primary.health }
  if (backup.state === 'pool-unavailable')
    return { host: mapping.backup.host, pool: backup.pool, health: backup.health }
  if (primaryPool !== null && !LISTING_HOLDS.has(primaryPool.health)) {
    return { host: mapping.primary.host, pool: primaryPool.name, health: primaryPool.health }
  }
  if (backupPool === null) return null
  if (!LISTING_HOLDS.has(backupPool.health)) {
    return { host: mapping.backup.host, pool: backupPool.name, health: backupPool.health }
  }
  return backupPool.readonly ? { host: mapping.backup.host, pool: backupPool.name, health: 'read-only' } : null
}

export function isDegraded(inventory: Inventory): boolean {
  return inventory.primaryPool?.health === 'DEGRADED' || inventory.backupPool?.health === 'DEGRADED'
}
