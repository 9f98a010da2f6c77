import { sql, type Transaction } from 'kysely'
import { matchDatasets, type WantedDataset } from './dataset-match.ts'
import { renameDataset, toDatasetRow } from './dataset-rows.ts'
import { StoreError } from './errors.ts'
import type { Row, Schema } from './schema.ts'
import type { DatasetRecord } from './types.ts'

export interface DatasetSync {
  readonly wanted: readonly WantedDataset[]
  /** Rows that a wanted mapping may continue. */
  readonly candidates: readonly DatasetRecord[]
  /** Which of the candidates that nobody continued are to be retired. */
  readonly retires: (row: DatasetRecord) => boolean
  readonly now: number
}

/** A mapping that the database did not take. */
export interface NotTaken {
  readonly id: string
  readonly error: unknown
}

/**
 * Makes the rows match what is wanted; nothing is deleted, and a mapping that only changed its names keeps its history.
 * One that the database refuses is left as it was, and answered: the others are taken all the same.
 */
export async function syncDatasets(db: Transaction<Schema>, sync: DatasetSync): Promise<readonly NotTaken[]> {
  const notTaken: NotTaken[] = []
  const matches = matchDatasets(sync.wanted, sync.candidates)
  const continued = new Set(matches.values())
  const left = sync.candidates.filter((row) => !continued.has(row))
  const renamed = [...matches].filter(([wanted, row]) => wanted.id !== row.id)

  // Out of the way first, all of them: two mappings may have exchanged their ids.
  const wantedIds = new Set(sync.wanted.map((mapping) => mapping.id))
  for (const [index, [, row]] of renamed.entries()) await renameDataset(db, row.id, movingId(index))
  for (const row of left) if (wantedIds.has(row.id)) await renameDataset(db, row.id, formerId(row.id, sync.now))
  for (const [index, [wanted]] of renamed.entries()) {
    if (await isForgotten(db, wanted.id)) await renameDataset(db, wanted.id, formerId(wanted.id, sync.now))
    await renameDataset(db, movingId(index), wanted.id)
  }

  for (const wanted of sync.wanted) {
    const guid = wanted.primaryGuid ?? matches.get(wanted)?.primaryGuid ?? null
    const row = toDatasetRow({ ...wanted, primaryGuid: guid })
    const known = matches.has(wanted)
    const error = await attempt(db, async () => {
      if (known) await db.updateTable('dataset').set(row).where('id', '=', row.id).execute()
      else await insert(db, row, sync.now)
    })
    if (error !== null) notTaken.push({ id: wanted.id, error })
  }
  for (const row of left) {
    if (row.retiredAt !== null || !sync.retires(row)) continue
    const id = wantedIds.has(row.id) ? formerId(row.id, sync.now) : row.id
    await db.updateTable('dataset').set({ retired_at: sync.now }).where('id', '=', id).execute()
  }
  return notTaken
}

/** One that was forgotten comes back under its name, and to its runs; another one of that id makes way for it. */
async function insert(db: Transaction<Schema>, row: Row<'dataset'>, now: number): Promise<void> {
  const forgotten = await db
    .selectFrom('dataset')
    .select(['primary_host', 'primary_dataset'])
    .where('id', '=', row.id)
    .where('forgotten_at', 'is not', null)
    .executeTakeFirst()
  const other = forgotten !== undefined && !isSame(forgotten, row)
  if (other) await renameDataset(db, row.id, formerId(row.id, now))
  if (forgotten === undefined || other) await db.insertInto('dataset').values(row).execute()
  else await db.updateTable('dataset').set(row).where('id', '=', row.id).execute()
}

async function isForgotten(db: Transaction<Schema>, id: string): Promise<boolean> {
  const query = db.selectFrom('dataset').select('id').where('id', '=', id).where('forgotten_at', 'is not', null)
  return (await query.executeTakeFirst()) !== undefined
}

type Primary = Pick<Row<'dataset'>, 'primary_host' | 'primary_dataset'>

function isSame(one: Primary, other: Primary): boolean {
  return one.primary_host === other.primary_host && one.primary_dataset === other.primary_dataset
}

/** Within the transaction: what fails is undone alone. What is no fault of the row ends the whole. */
async function attempt(db: Transaction<Schema>, work: () => Promise<void>): Promise<unknown> {
  await sql`SAVEPOINT one_dataset`.execute(db)
  let refused: unknown = null
  try {
    await work()
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'constraint') throw error
    refused = error
    await sql`ROLLBACK TO one_dataset`.execute(db)
  }
  await sql`RELEASE one_dataset`.execute(db)
  return refused
}

/** `~` cannot begin an id that the config makes. */
const movingId = (index: number) => `~moving-${index}`
/** The id of another history that had to give its id away. */
const formerId = (id: string, now: number) => `${id}~was-${now.toString(36)}`
