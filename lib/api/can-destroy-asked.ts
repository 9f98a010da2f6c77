import type { z } from 'zod'
import { type Asked, sideMeant } from '#lib/chain/snapshot-asked.ts'
import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { Problem } from '#lib/runtime/index.ts'
import { type CanDestroy, canDestroy } from './can-destroy.ts'

/** A pruning script asks for one snapshot after the other; the first question looks, the next ones use that look. */
const MAX_AGE_MS = 60_000

/** @throws Problem 404 where nobody watches the dataset, or it has no such snapshot */
export async function answerCanDestroy(
  asked: Asked,
  views: readonly DatasetView[],
  { engine, now }: { readonly engine: Pick<Engine, 'freshInventories'>; readonly now: () => number },
): Promise<z.input<typeof CanDestroy>> {
  const meant = views.filter(({ dataset }) => !dataset.retired && sideMeant(asked, dataset.mapping) !== null)
  if (meant.length === 0)
    throw new Problem(404, 'NO_SUCH_DATASET', `${asked.dataset} is in no mapping, so it is nobody's business here.`, {
      title: 'There is no such dataset',
      next: { href: '/api/datasets' },
    })
  const look = async (maxAgeMs: number) => {
    const inventories = await engine.freshInventories(
      meant.map(({ dataset }) => dataset.id),
      maxAgeMs,
    )
    const byId = new Map(inventories.map((inventory) => [inventory.mapping.id, inventory]))
    const mappings = meant.map((view) => ({ view, inventory: byId.get(view.dataset.id) ?? null }))
    return canDestroy(asked, mappings, now())
  }
  // One that was taken after the last look is found by another.
  const answer = (await look(MAX_AGE_MS)) ?? (await look(0))
  if (answer !== null) return answer
  throw new Problem(404, 'NO_SUCH_SNAPSHOT', `${asked.dataset} has no snapshot @${asked.snapshot}.`, {
    title: 'There is no such snapshot',
    next: { href: '/api/datasets' },
  })
}
