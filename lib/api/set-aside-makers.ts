import type { RunRecord, Store } from '#lib/db/types.ts'
import type { MadeBy } from '#lib/inspect/set-asides.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'

/** Which run made what stands beside the backups, by name, as far as the database knows. */
export async function makersOf(
  store: Pick<Store, 'setAsideRuns'>,
  inventories: readonly (Inventory | null)[],
): Promise<ReadonlyMap<string, MadeBy>> {
  const names = inventories.flatMap((inventory) => (inventory?.backupSiblings ?? []).map(({ name }) => name))
  if (names.length === 0) return new Map()
  const runs = await store.setAsideRuns(names)
  return new Map([...runs].map(([name, run]) => [name, makerOf(run)]))
}

function makerOf({ id, startedAt, queuedAt, trigger, plan, reason }: RunRecord): MadeBy {
  return {
    runId: id,
    at: startedAt ?? queuedAt,
    actor: trigger.actor,
    planKind: plan?.kind ?? 'SET_ASIDE_REWIND',
    reason,
  }
}
