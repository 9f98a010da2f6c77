import type { Inventory } from '#lib/replication/types/inventory.ts'

/** How far a backup has come: its snapshots, and what it has of the next one. */
export interface Reach {
  readonly snapshots: number
  readonly partialBytes: number
}

export function reachOf({ backup, token }: Inventory): Reach {
  return {
    snapshots: backup.state === 'present' ? backup.snapshots.length : 0,
    partialBytes: token !== null && 'bytes' in token ? token.bytes : 0,
  }
}

export function isFurther(now: Reach, before: Reach): boolean {
  return now.snapshots === before.snapshots ? now.partialBytes > before.partialBytes : now.snapshots > before.snapshots
}
