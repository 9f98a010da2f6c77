import type { z } from 'zod'
import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { type Asked, sideMeant } from '#lib/inspect/may-destroy.ts'
import { type Actor, callerKey, mayAccess } from '#lib/runtime/actor.ts'
import { Problem, unavailable } from '#lib/runtime/problem.ts'
import { type CanDestroy, canDestroy } from './can-destroy.ts'
import { inTurn } from './in-turn.ts'

/** A pruning script asks for one snapshot after the other; the first question looks, the next ones use that look. */
const MAX_AGE_MS = 60_000

interface Answering {
  readonly engine: Pick<Engine, 'freshInventories'>
  readonly actor: Actor
  readonly now: () => number
}

/**
 * A pruner on a SAN asks with a viewer's token, and a yes needs a look. It gets one at a time, and one a minute of each
 * dataset: of a snapshot that is not in it nothing is known, which is no "there is none": that would let it go.
 * @throws Problem 404 where nobody watches the dataset, or it has no such snapshot
 */
export async function answerCanDestroy(
  asked: Asked,
  views: readonly DatasetView[],
  { engine, actor, now }: Answering,
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
  if (!mayAccess(actor.role, 'operator'))
    return (await inTurn(callerKey(actor), () => look(MAX_AGE_MS))) ?? notInTheLastLook(asked)
  // One that was taken after the last look is found by another.
  const answer = (await look(MAX_AGE_MS)) ?? (await look(0))
  if (answer !== null) return answer
  throw new Problem(404, 'NO_SUCH_SNAPSHOT', `${asked.dataset} has no snapshot @${asked.snapshot}.`, {
    title: 'There is no such snapshot',
    next: { href: '/api/datasets' },
  })
}

function notInTheLastLook({ dataset, snapshot }: Asked): never {
  return unavailable(
    `${dataset}@${snapshot} is not in the last look, which is at most a minute old, and may be younger. Ask again then; an operator has it looked for now.`,
    'NOT_READ_YET',
    60,
  )
}
