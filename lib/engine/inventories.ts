import type { Inventory } from '#lib/replication/types/inventory.ts'
import { assess } from './assess.ts'
import type { EngineContext } from './context.ts'
import type { Engine } from './types.ts'

/** Longer than anybody accepts; whole listings are held meanwhile. */
const KEPT_MS = 3600_000

interface FreshLook {
  /** Epoch ms. */
  readonly askedAt: number
  readonly seen: Promise<ReadonlyMap<string, Inventory>>
}

/** What was read, for those who ask about several datasets at once; a look only where it is needed. */
export function inventories(context: EngineContext): Pick<Engine, 'seen' | 'inventories' | 'freshInventories'> {
  const looks = new Map<string, FreshLook>()

  async function lookAfresh(ids: readonly string[]): Promise<ReadonlyMap<string, Inventory>> {
    const datasets = ids.flatMap((id) => context.dataset(id) ?? [])
    const all = await assess(context, datasets, { mode: 'fresh', runId: null, estimates: 'behind' })
    return new Map(all.map(({ dataset, inventory }) => [dataset.id, inventory]))
  }

  return {
    seen: (id) => context.newest(id)?.inventory ?? null,

    async inventories(signal) {
      const unseen = context.datasets().filter(({ id, retired }) => !retired && context.newest(id) === null)
      if (unseen.length > 0)
        await assess(context, unseen, { mode: 'incremental', runId: null, estimates: 'behind', signal })
      return context.datasets().flatMap(({ id }) => context.newest(id)?.inventory ?? [])
    },

    async freshInventories(ids, maxAgeMs) {
      const now = context.deps.now()
      const old = ids.filter((id) => {
        const look = looks.get(id)
        // A clock that was set back makes nothing younger.
        return look === undefined || Math.abs(now - look.askedAt) > maxAgeMs
      })
      for (const [id, { askedAt }] of looks) if (Math.abs(now - askedAt) > KEPT_MS) looks.delete(id)
      if (old.length > 0) {
        // Everybody who asks meanwhile waits for the same one: a pruning script asks for one snapshot after the other.
        const look = { askedAt: now, seen: lookAfresh(old) }
        for (const id of old) looks.set(id, look)
        look.seen.catch(() => {
          for (const id of old) if (looks.get(id) === look) looks.delete(id)
        })
      }
      const found = await Promise.all(ids.map(async (id) => (await looks.get(id)?.seen)?.get(id)))
      return found.filter((inventory) => inventory !== undefined)
    },
  }
}
