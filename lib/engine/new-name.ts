import type { Inventory } from '#lib/replication/types/inventory.ts'
import { poolOf } from '#lib/zfs/names.ts'
import type { Guid } from '#lib/zfs/types.ts'
import type { EngineContext } from './context.ts'
import { answered, CUT, orCut } from './internal-faults.ts'

interface Line {
  readonly dataset: { readonly id: string }
  readonly inventory: Inventory
}

/** The datasets of the pools that were asked for names, by `host:pool`: once in one look, however many are gone. */
export type PoolNames = Map<string, Promise<ReadonlyMap<Guid, string> | null | typeof CUT>>

/** A primary that is not there and was seen before: is it there under another name? By guid, never by what it is called. */
export async function withNewName<T extends Line>(
  context: EngineContext,
  line: T,
  { names, signal }: { readonly names: PoolNames; readonly signal?: AbortSignal },
): Promise<T> {
  const { inventory } = line
  const guid = context.states.state(line.dataset.id)?.memory.primary?.guid
  if (inventory.primary.state !== 'missing' || guid === undefined) return line
  const { host, dataset } = inventory.mapping.primary
  const key = `${host}:${poolOf(dataset)}`
  const asked = names.get(key) ?? orCut(answered(context.deps.sans.namesIn(host, poolOf(dataset), signal), signal))
  names.set(key, asked)
  const found = await asked
  const renamedTo = found === CUT ? undefined : found?.get(guid)
  return renamedTo === undefined ? line : { ...line, inventory: { ...inventory, renamedTo } }
}
