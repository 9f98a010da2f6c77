import { z } from 'zod'
import type { DatasetView } from '#lib/engine/types.ts'
import { type Asked, type Opinion as Judged, type MayCode, mayDestroy, sideMeant } from '#lib/inspect/may-destroy.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import { iso } from '#lib/text/words.ts'
import { describedEnum } from './described-enum.ts'
import { Guid } from './snapshot-ref.ts'
import { Timestamp } from './time.ts'

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

export interface AskedOf {
  readonly view: DatasetView
  readonly inventory: Inventory | null
}

/** Null where no mapping that could be read has a snapshot of that name. */
export function canDestroy(asked: Asked, mappings: readonly AskedOf[], now: number): z.input<typeof CanDestroy> | null {
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
    const because = here?.state === 'unknown' ? here.fault.message : `${host} could not be read.`
    return { datasetId: id, host, guid: null, answer: 'UNKNOWN', code: 'UNKNOWN_STATE', because }
  }
  const entry = here.state === 'present' ? here.snapshots.find(({ name }) => name === asked.snapshot) : undefined
  if (entry === undefined) return null
  const { activeRun } = view
  const judged = mayDestroy({ inventory, policy: config.policy, side, guid: entry.guid, activeRun })
  return { datasetId: id, host, guid: entry.guid, ...judged }
}
