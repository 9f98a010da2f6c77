import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import type { ChangeQuery, ChangeRecord, Store } from '#lib/db/types.ts'
import type { Engine } from '#lib/engine/types.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { datasetHref, describedEnum, epoch, Moment, NextCursor, pagingFields, runHref, Timestamp } from './fields.ts'
import { impossibleParameter } from './refusals.ts'

const ChangeSubject = describedEnum<Uppercase<ChangeRecord['subject']>>('ChangeSubject', 'What changed.', {
  DATASET: 'The status of a dataset, or the main reason for it.',
  HOST: 'Whether a SAN answers.',
  POOL: 'The state of a pool.',
  WITNESS: 'Nobody looked at anything: the witness was off, or its schedule was.',
})

const EndedBy = describedEnum<Uppercase<NonNullable<ChangeRecord['ended']>['by']>>(
  'EndedBy',
  'What ended how it was.',
  {
    RUN: 'A repair that succeeded; its own look at both sides showed it better.',
    PERSON: 'The word of a person, which it had waited for.',
    ITSELF: 'Nothing that the witness knows of.',
  },
)

const ChangeState = z
  .object({
    status: z.string().describe('Health of a dataset; `REACHABLE` or `UNREACHABLE`; state of a pool; `NOT_LOOKING`.'),
    reason: z.string().nullable().describe('Code of the main reason of a dataset, or why a SAN does not answer.'),
  })
  .meta({ id: 'ChangeState', description: 'How something stood.' })

const Change = z
  .object({
    id: z.string(),
    at: Timestamp.describe('When it was first seen so.'),
    subject: ChangeSubject,
    datasetId: z.string().nullable(),
    host: z.string().nullable(),
    pool: z.string().nullable(),
    watched: z.boolean().describe('False: it is no longer in the configuration, so how it stands now is not known.'),
    from: ChangeState.nullable().describe('Null: it was seen for the first time.'),
    to: ChangeState,
    message: z.string().describe('One sentence, as it was said then.'),
    evidence: z.record(z.string(), z.unknown()),
    ended: z
      .object({
        at: Timestamp,
        by: EndedBy,
        runId: z.string().nullable(),
        actor: z.string().nullable().describe('Who started the run (`schedule`: nobody did), or gave their word.'),
        words: z.string().describe('The same for a person: `repair #1843, started by anna`.'),
      })
      .nullable()
      .describe('Null: it is still so.'),
    durationSeconds: z.number().describe('How long it was so, or has been until now.'),
    links: z.object({ dataset: z.string().nullable(), run: z.string().nullable() }),
  })
  .meta({ id: 'Change', description: 'Something became what it was not before, and what ended that.' })

export type ChangeView = z.input<typeof Change>

const Gap = z
  .object({
    from: Timestamp.describe('The last look before it.'),
    to: Timestamp.nullable().describe('The first after it; null: none yet.'),
  })
  .meta({
    id: 'LookGap',
    description: 'A time in which nobody looked at the dataset: what happened then is not known.',
  })

export const History = z
  .object({ items: z.array(Change), nextCursor: NextCursor })
  .meta({ id: 'History', description: 'What changed, newest first.' })

export const DatasetHistory = History.extend({
  inForce: Change.nullable().describe('How it stood at `from`; null: `from` is not given, or that is not on record.'),
  gaps: z.array(Gap).describe('Oldest first, at most 100, within the time of this page.'),
}).meta({ id: 'DatasetHistory', description: 'What became of one dataset.' })

export type HistoryView = z.input<typeof History>
export type DatasetHistoryView = z.input<typeof DatasetHistory>

const range = {
  from: Moment.optional().describe('Began then or later.'),
  to: Moment.optional().describe('Exclusive.'),
}

export const datasetHistoryFields = { ...range, ...pagingFields(500, 50) }

export const historyFields = {
  subject: z.array(ChangeSubject).optional().describe('Any of these.'),
  dataset: z.string().max(300).optional().describe('Id of a dataset, also of one that is watched no longer.'),
  host: z.string().max(100).optional().describe('A SAN: itself, its pools, and the datasets that have a side on it.'),
  ...datasetHistoryFields,
}

interface Wanted extends Pick<ChangeQuery, 'limit' | 'cursor'> {
  readonly subject?: readonly z.output<typeof ChangeSubject>[]
  readonly dataset?: string
  readonly host?: string
  readonly from?: string
  readonly to?: string
}

/** @throws Problem 400 for a range without length */
export function changeQuery({ subject, dataset, host, from, to, limit, cursor }: Wanted): ChangeQuery {
  const query = {
    ...{ limit, cursor },
    subject: subject?.length ? subject.map((each) => each.toLowerCase() as Lowercase<typeof each>) : undefined,
    // An empty field of the page's form means nothing was asked.
    datasetId: dataset || undefined,
    host: host || undefined,
    from: from === undefined ? undefined : epoch(from),
    to: to === undefined ? undefined : epoch(to),
  }
  if (query.from !== undefined && query.to !== undefined && query.from >= query.to)
    impossibleParameter('/from', '`from` must be before `to`.')
  return query
}

interface Watched {
  readonly engine: Pick<Engine, 'dataset'>
  readonly config: Pick<Config, 'hosts'>
}

function changeView(change: ChangeRecord, { engine, config }: Watched, now: number): ChangeView {
  const { id, at, datasetId, host, ended } = change
  const isWatched = datasetId === null ? host === null || config.hosts.has(host) : engine.dataset(datasetId) !== null
  return {
    id: String(id),
    at: iso(at),
    subject: change.subject.toUpperCase() as Uppercase<typeof change.subject>,
    ...{ datasetId, host, pool: change.pool, watched: isWatched },
    from: change.from && { ...change.from },
    to: { ...change.to },
    message: change.message,
    evidence: { ...change.evidence },
    ended: ended && {
      at: iso(ended.at),
      by: ended.by.toUpperCase() as Uppercase<typeof ended.by>,
      runId: ended.runId === null ? null : String(ended.runId),
      actor: ended.actor,
      words: endWords(ended),
    },
    durationSeconds: Math.max(0, Math.floor(((ended?.at ?? now) - at) / 1000)),
    links: {
      dataset: datasetId !== null && isWatched ? datasetHref(datasetId) : null,
      run: ended === null || ended.runId === null ? null : runHref(ended.runId),
    },
  }
}

function endWords({ by, runId, actor }: NonNullable<ChangeRecord['ended']>): string {
  if (by === 'itself') return 'by itself'
  if (by === 'person') return `the word of ${actor ?? 'a person'}`
  return `repair #${runId}, ${actor === null || actor === 'schedule' ? 'which started by itself' : `started by ${actor}`}`
}

interface Asking extends Watched {
  readonly config: Pick<Config, 'hosts' | 'scheduler'>
  readonly store: Pick<Store, 'changes' | 'changeAt' | 'lookGaps'>
  readonly now: () => number
}

export async function historyOf(asking: Asking, query: ChangeQuery): Promise<HistoryView> {
  const page = await asking.store.changes(query)
  const at = asking.now()
  return { items: page.items.map((each) => changeView(each, asking, at)), nextCursor: page.nextCursor }
}

/** As a status goes STALE_CHECK: longer than two intervals without a look. */
const INTERVALS = 2

export async function datasetHistory(
  asking: Asking,
  datasetId: string,
  query: ChangeQuery,
): Promise<DatasetHistoryView> {
  const { store, config } = asking
  const now = asking.now()
  const { items, nextCursor } = await historyOf(asking, { ...query, datasetId })
  const inForce = query.from === undefined ? null : await store.changeAt(datasetId, query.from)
  const oldest = items.at(-1)
  const newest = items[0]
  // Of this page alone: the next one says of its own time.
  const to = query.cursor === undefined || newest === undefined ? (query.to ?? now) : epoch(newest.at)
  const from = nextCursor !== null && oldest !== undefined ? epoch(oldest.at) : (query.from ?? 0)
  const longest = INTERVALS * config.scheduler.intervalSeconds * 1000
  const gaps = await store.lookGaps(datasetId, from, Math.min(to, now), longest)
  return {
    ...{ items, nextCursor },
    inForce: inForce && changeView(inForce, asking, now),
    gaps: gaps.map((gap) => ({ from: iso(gap.from), to: isoOrNull(gap.to) })),
  }
}
