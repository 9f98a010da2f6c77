import { z } from 'zod'
import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { type Asked, type Opinion as Judged, type MayCode, mayDestroy, sideMeant } from '#lib/inspect/may-destroy.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import { whyUnread } from '#lib/replication/words.ts'
import { type Actor, callerKey, mayAccess } from '#lib/runtime/actor.ts'
import { Problem, unavailable } from '#lib/runtime/problem.ts'
import { iso } from '#lib/text/words.ts'
import { describedEnum, Guid, Timestamp } from './fields.ts'

const CanDestroyAnswer = describedEnum<Judged['answer']>('CanDestroyAnswer', 'May a snapshot be destroyed?', {
  YES: 'The chain goes on without it.',
  NO: 'Not yet: something needs it.',
  UNKNOWN: 'A side could not be read. Take it as a no, and ask again later.',
})

const CanDestroyCode = describedEnum<MayCode>('CanDestroyCode', 'Why.', {
  FREE: 'Nothing starts from it.',
  ANCHORED: 'It is the base, and a bookmark of it is there to start from.',
  NOT_ON_BACKUP: 'Policy wants it on the backup, and it is not there yet.',
  BASE: 'The next incremental starts from it, or lands on it.',
  NO_CHAIN: 'Both sides have nothing in common: the backup may be the only good copy.',
  TOKEN: 'A transfer that stopped part-way needs it, or could need it.',
  RUN: 'A repair that is queued or running needs it, or could need it.',
  UNKNOWN_STATE: 'A side could not be read.',
})

const Opinion = z
  .object({
    datasetId: z.string(),
    host: z.string().describe('Where it would be destroyed.'),
    guid: Guid.nullable().describe('Null: that host could not be read.'),
    answer: CanDestroyAnswer,
    code: CanDestroyCode,
    because: z.string(),
  })
  .meta({ id: 'CanDestroyOpinion', description: 'What one mapping says.' })

export const CanDestroy = z
  .object({
    snapshot: z.string(),
    mayDestroy: z.boolean().describe('True only for a clear yes of every mapping.'),
    answer: CanDestroyAnswer.describe('Of all mappings together: every one must say yes.'),
    because: z.string(),
    mappings: z.array(Opinion),
    asOf: Timestamp.describe('When the side that was read first was read.'),
  })
  .meta({ id: 'CanDestroy', description: 'For the pruning script of a snapshot tool.' })

interface AskedOf {
  readonly view: DatasetView
  readonly inventory: Inventory | null
}

/** Null where no mapping that could be read has a snapshot of that name. */
function canDestroy(asked: Asked, mappings: readonly AskedOf[], now: number): z.input<typeof CanDestroy> | null {
  const opinions = mappings.flatMap((each) => opinionOf(asked, each) ?? [])
  const worst = WORST_FIRST.flatMap((answer) => opinions.filter((each) => each.answer === answer))[0]
  if (worst === undefined) return null
  return {
    snapshot: `${asked.host === null ? '' : `${asked.host}:`}${asked.dataset}@${asked.snapshot}`,
    mayDestroy: worst.answer === 'YES',
    answer: worst.answer,
    because: worst.because,
    mappings: opinions,
    asOf: iso(Math.min(now, ...mappings.flatMap(({ inventory }) => inventory?.readAt ?? []))),
  }
}

const WORST_FIRST = ['NO', 'UNKNOWN', 'YES'] as const

function opinionOf(asked: Asked, { view, inventory }: AskedOf): z.input<typeof Opinion> | null {
  const { id, mapping, config } = view.dataset
  const side = sideMeant(asked, mapping)
  if (side === null) return null
  const { host } = mapping[side]
  const here = inventory?.[side]
  if (inventory === null || here === undefined || here.state === 'unknown' || here.state === 'pool-unavailable') {
    const because = (here && whyUnread(here, host)) ?? `${host} could not be read.`
    return { datasetId: id, host, guid: null, answer: 'UNKNOWN', code: 'UNKNOWN_STATE', because }
  }
  const entry = here.state === 'present' ? here.snapshots.find(({ name }) => name === asked.snapshot) : undefined
  if (entry === undefined) return null
  const { activeRun } = view
  const judged = mayDestroy({ inventory, policy: config.policy, side, guid: entry.guid, activeRun })
  return { datasetId: id, host, guid: entry.guid, ...judged }
}

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
 * @throws Problem 404 where no one watches the dataset, or it has no such snapshot
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

const last = new Map<string, Promise<unknown>>()

/** One after the other for each caller: what it costs to answer them is borne once at a time, however many they send. */
export async function inTurn<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
  const mine = (last.get(caller) ?? Promise.resolve()).then(work, work)
  last.set(caller, mine)
  try {
    return await mine
  } finally {
    if (last.get(caller) === mine) last.delete(caller)
  }
}
