import type { Transaction } from 'kysely'
import { matchDatasets, type WantedDataset } from './dataset-match.ts'
import { renameDataset, toDatasetRow } from './dataset-rows.ts'
import type { Schema } from './schema.ts'
import type { DatasetRecord } from './types.ts'

export interface DatasetSync {
  readonly wanted: readonly WantedDataset[]
  /** Rows that a wanted mapping may continue. */
  readonly candidates: readonly DatasetRecord[]
  /** Which of the candidates that nobody continued are to be retired. */
  readonly retires: (row: DatasetRecord) => boolean
  readonly now: number
}

/** Makes the rows match what is wanted; nothing is deleted, and a mapping that only changed its names keeps its history. */
export async function syncDatasets(db: Transaction<Schema>, sync: DatasetSync): Promise<void> {
  const matches = matchDatasets(sync.wanted, sync.candidates)
  const continued = new Set(matches.values())
  const left = sync.candidates.filter((row) => !continued.has(row))
  const renamed = [...matches].filter(([wanted, row]) => wanted.id !== row.id)

  // Out of the way first, all of them: two mappings may have exchanged their ids.
  const wantedIds = new Set(sync.wanted.map((mapping) => mapping.id))
  for (const [index, [, row]] of renamed.entries()) await renameDataset(db, row.id, movingId(index))
  for (const row of left) if (wantedIds.has(row.id)) await renameDataset(db, row.id, formerId(row.id, sync.now))
  for (const [index, [wanted]] of renamed.entries()) await renameDataset(db, movingId(index), wanted.id)

  for (const wanted of sync.wanted) {
    const guid = wanted.primaryGuid ?? matches.get(wanted)?.primaryGuid ?? null
    const row = toDatasetRow({ ...wanted, primaryGuid: guid })
    const known = matches.has(wanted)
    if (known) await db.updateTable('dataset').set(row).where('id', '=', row.id).execute()
    // One that was forgotten comes back under its name, and to its runs.
    else {
      const insert = db.insertInto('dataset').values(row)
      await insert
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row).where('dataset.forgotten_at', 'is not', null))
        .execute()
    }
  }
  for (const row of left) {
    if (row.retiredAt !== null || !sync.retires(row)) continue
    const id = wantedIds.has(row.id) ? formerId(row.id, sync.now) : row.id
    await db.updateTable('dataset').set({ retired_at: sync.now }).where('id', '=', id).execute()
  }
}

/** `~` cannot begin an id that the config makes. */
const movingId = (index: number) => `~moving-${index}`
/** The id of another history that had to give its id away. */
const formerId = (id: string, now: number) => `${id}~was-${now.toString(36)}`
