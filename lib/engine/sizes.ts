import { sizesToAsk } from '#lib/replication/judge/rewritten.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Memory } from '#lib/replication/types/verdict.ts'
import type { Sans } from './ports.ts'

interface Seen {
  readonly dataset: { readonly id: string }
  readonly inventory: Inventory
}

/** Fills in what the newest snapshots of the primary wrote: asked once for each, and of datasets that are worth it. */
export async function withSizes<T extends Seen>(
  sans: Pick<Sans, 'sizes'>,
  seen: readonly T[],
  memoryOf: (id: string) => Memory | null,
  signal?: AbortSignal,
): Promise<readonly T[]> {
  const wanted = seen.map((each) => ({ each, asked: sizesToAsk(each.inventory, memoryOf(each.dataset.id)) }))
  const asks = wanted.flatMap(({ each, asked }) => {
    const { host, dataset } = each.inventory.mapping.primary
    return asked.map(({ name }) => ({ host, snapshot: `${dataset}@${name}` }))
  })
  if (asks.length === 0) return seen
  const sizes = await sans.sizes(asks, signal)
  return wanted.map(({ each, asked }) => {
    const { host, dataset } = each.inventory.mapping.primary
    const own = asked.flatMap(({ name, guid }) => {
      const size = sizes.get(`${host}:${dataset}@${name}`)
      // Destroyed and taken anew under its name meanwhile: another one.
      return size?.guid === guid ? [[guid, size] as const] : []
    })
    return own.length === 0 ? each : { ...each, inventory: { ...each.inventory, sizes: new Map(own) } }
  })
}
