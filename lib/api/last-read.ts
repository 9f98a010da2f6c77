import type { Engine } from '#lib/engine/types.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import { type Actor, mayAccess } from '#lib/runtime/actor.ts'

interface Asking {
  readonly engine: Pick<Engine, 'datasets' | 'inventory' | 'inventories' | 'seen'>
  readonly actor: Pick<Actor, 'role'>
  readonly signal?: AbortSignal
}

/** Asking the SANs is work for them: it needs an operator. A viewer sees what was last read. */
function mayLook({ actor }: Asking): boolean {
  return mayAccess(actor.role, 'operator')
}

/** Of all datasets, as last read; those that this process has not read are read now, where the caller may have that. */
export async function lastReadOfAll(asking: Asking): Promise<readonly Inventory[]> {
  const { engine, signal } = asking
  if (mayLook(asking)) return engine.inventories(signal)
  return engine.datasets().flatMap(({ dataset }) => engine.seen(dataset.id) ?? [])
}

/** Of one, which there is. Null: it has not been read, and the caller may not have it read. */
export async function lastRead(id: string, asking: Asking): Promise<Inventory | null> {
  const { engine, signal } = asking
  return mayLook(asking) ? engine.inventory(id, signal) : engine.seen(id)
}
