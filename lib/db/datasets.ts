import { type Kysely, sql, type Transaction } from 'kysely'
import type { Config } from '#config/effective.ts'
import { joinChanges } from './changes.ts'
import { StoreError } from './errors.ts'
import type { Row, Schema } from './schema.ts'
import type { DatasetRecord, Store } from './types.ts'

type Datasets = Pick<Store, 'syncConfig' | 'syncChildren' | 'datasets' | 'setPrimaryGuid' | 'noteRetired'>

export function datasetsRepository(db: Kysely<Schema>): Datasets {
  return {
    datasets: () => allDatasets(db),

    async syncConfig(config, now) {
      const wanted = config.datasets.map((mapping) => ({
        id: mapping.id,
        pair: mapping.pair,
        primaryHost: mapping.primary.host,
        primaryDataset: mapping.primary.dataset,
        backupHost: mapping.backup.host,
        backupDataset: mapping.backup.dataset,
        primaryGuid: null,
        parentId: null,
      }))
      const recursive = new Set(config.datasets.filter((mapping) => mapping.recursive).map((mapping) => mapping.id))
      await db.transaction().execute(async (transaction) => {
        await syncHosts(transaction, config, now)
        await syncPairs(transaction, config, now)
        // A child may be written into the config as a mapping of its own, but only a scan of its root can tell that it is gone.
        const candidates = await allDatasets(transaction)
        const [refused] = await syncDatasets(transaction, {
          wanted,
          candidates,
          retires: (row) => row.parentId === null,
          now,
        })
        // A configuration is taken whole or not at all.
        if (refused !== undefined) throw refused.error
        // After the roots: their children have followed a changed id by foreign key.
        for (const child of await allDatasets(transaction)) {
          if (child.parentId === null || child.retiredAt !== null || recursive.has(child.parentId)) continue
          await transaction.updateTable('dataset').set({ retired_at: now }).where('id', '=', child.id).execute()
        }
      })
    },

    async syncChildren(parentId, children, now) {
      const wanted = children.map((child) => ({ ...child, parentId }))
      return db.transaction().execute(async (transaction) => {
        const rows = await allDatasets(transaction)
        const candidates = rows.filter((row) => row.parentId === parentId || row.retiredAt !== null)
        return syncDatasets(transaction, { wanted, candidates, retires: (row) => row.parentId === parentId, now })
      })
    },

    async noteRetired(backups, now) {
      await db.transaction().execute(async (transaction) => {
        for (const [id, isThere] of backups) {
          const change = transaction.updateTable('dataset').set({ backup_gone_at: isThere ? null : now })
          await change
            .where('id', '=', id)
            .where('retired_at', 'is not', null)
            .where('backup_gone_at', isThere ? 'is not' : 'is', null)
            .execute()
        }
      })
    },

    // Where the history cannot be taken over yet the guid stays unknown too, so that the next scan tries again.
    async setPrimaryGuid(datasetId, guid) {
      await db.transaction().execute(async (transaction) => {
        if (!(await adoptHistory(transaction, datasetId, guid))) return
        const change = transaction.updateTable('dataset').set({ primary_guid: guid }).where('id', '=', datasetId)
        const { numUpdatedRows } = await change.executeTakeFirst()
        if (numUpdatedRows === 0n) {
          throw new StoreError('missing', `There is no dataset ${datasetId}; load the configuration first.`)
        }
      })
    },
  }
}

interface DatasetSync {
  readonly wanted: readonly WantedDataset[]
  /** Rows that a wanted mapping may continue. */
  readonly candidates: readonly DatasetRecord[]
  /** Which of the candidates that no one continued are to be retired. */
  readonly retires: (row: DatasetRecord) => boolean
  readonly now: number
}

/** A mapping that the database did not take. */
interface NotTaken {
  readonly id: string
  readonly error: unknown
}

/**
 * Makes the rows match what is wanted; nothing is deleted, and a mapping that only changed its names keeps its history.
 * One that the database refuses is left as it was, and answered: the others are taken all the same.
 */
async function syncDatasets(db: Transaction<Schema>, sync: DatasetSync): Promise<readonly NotTaken[]> {
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

/** A mapping that the config, or a scan of a recursive one, says exists. */
type WantedDataset = Omit<DatasetRecord, 'retiredAt' | 'backupGoneAt'>

type Same = (wanted: WantedDataset, known: DatasetRecord) => boolean

const sameHosts: Same = (a, b) => a.primaryHost === b.primaryHost && a.backupHost === b.backupHost
const samePrimary: Same = (a, b) => sameHosts(a, b) && a.primaryDataset === b.primaryDataset

/**
 * What makes a known row the same history, strongest first. The guid survives every rename; an id alone only a rename on
 * the SAN, and only among mappings, or among children of one tree: a child's id is made of its name.
 */
const RULES: readonly Same[] = [
  (a, b) => a.primaryGuid !== null && sameHosts(a, b) && a.primaryGuid === b.primaryGuid,
  (a, b) => samePrimary(a, b) && a.backupDataset === b.backupDataset,
  samePrimary,
  (a, b) => sameHosts(a, b) && a.id === b.id && a.parentId === b.parentId,
]

/** Which known row each wanted mapping continues; one that is missing from the answer is new. Each row is given away once. */
function matchDatasets(
  wanted: readonly WantedDataset[],
  known: readonly DatasetRecord[],
): ReadonlyMap<WantedDataset, DatasetRecord> {
  const matches = new Map<WantedDataset, DatasetRecord>()
  const free = new Set(known)
  // Rule by rule over all of them: a weak match of one must not take the row that is a strong match of another.
  for (const same of RULES) {
    for (const mapping of wanted) {
      if (matches.has(mapping)) continue
      const candidates = [...free].filter((row) => same(mapping, row))
      const best = candidates.sort((a, b) => preference(mapping, b) - preference(mapping, a)).at(0)
      if (!best) continue
      matches.set(mapping, best)
      free.delete(best)
    }
  }
  return matches
}

/** Same id before same backup dataset before one still in use; of retired ones the last. */
function preference(wanted: WantedDataset, row: DatasetRecord): number {
  const recency = row.retiredAt === null ? 1 : row.retiredAt / Number.MAX_SAFE_INTEGER
  return (row.id === wanted.id ? 4 : 0) + (row.backupDataset === wanted.backupDataset ? 2 : 0) + recency
}

function toDatasetRecord(row: Row<'dataset'>): DatasetRecord {
  return {
    id: row.id,
    pair: row.pair,
    primaryHost: row.primary_host,
    primaryDataset: row.primary_dataset,
    backupHost: row.backup_host,
    backupDataset: row.backup_dataset,
    primaryGuid: row.primary_guid,
    parentId: row.parent_id,
    retiredAt: row.retired_at,
    ...(row.backup_gone_at === null ? {} : { backupGoneAt: row.backup_gone_at }),
  }
}

function toDatasetRow(wanted: WantedDataset): Row<'dataset'> {
  return {
    id: wanted.id,
    pair: wanted.pair,
    primary_host: wanted.primaryHost,
    primary_dataset: wanted.primaryDataset,
    backup_host: wanted.backupHost,
    backup_dataset: wanted.backupDataset,
    primary_guid: wanted.primaryGuid,
    parent_id: wanted.parentId,
    retired_at: null,
    backup_gone_at: null,
    forgotten_at: null,
  }
}

/** Those that are forgotten are only what their runs refer to. */
async function allDatasets(db: Kysely<Schema>): Promise<readonly DatasetRecord[]> {
  const rows = await db.selectFrom('dataset').selectAll().where('forgotten_at', 'is', null).orderBy('id').execute()
  return rows.map(toDatasetRecord)
}

/** Everything that refers to the row follows: by foreign key, and the log, which has none. */
async function renameDataset(db: Kysely<Schema>, from: string, to: string): Promise<void> {
  await db.updateTable('dataset').set({ id: to }).where('id', '=', from).execute()
  await db.updateTable('log').set({ dataset_id: to }).where('dataset_id', '=', from).execute()
}

/**
 * A dataset renamed on the SAN comes back as a mapping with another name and, mostly, another id. Only its guid identifies it, and the guid is
 * known only once the new mapping was looked at: then it takes over the history of the retired one. False: not now, a repair of the
 * retired one still runs.
 */
async function adoptHistory(db: Transaction<Schema>, datasetId: string, guid: string): Promise<boolean> {
  const heir = await db.selectFrom('dataset').selectAll().where('id', '=', datasetId).executeTakeFirst()
  // A mapping that already knew a guid has a history of its own.
  if (!heir || heir.primary_guid !== null) return true
  const former = await db
    .selectFrom('dataset')
    .select('id')
    .where('primary_host', '=', heir.primary_host)
    .where('backup_host', '=', heir.backup_host)
    .where('primary_guid', '=', guid)
    .where('retired_at', 'is not', null)
    .where('id', '<>', datasetId)
    .orderBy((e) => e.case().when('backup_dataset', '=', heir.backup_dataset).then(0).else(1).end())
    .orderBy('retired_at', 'desc')
    .executeTakeFirst()
  if (!former) return true
  if (await hasActiveRepair(db, former.id)) return false

  for (const table of ['run', 'action', 'log', 'change'] as const) {
    await db.updateTable(table).set({ dataset_id: datasetId }).where('dataset_id', '=', former.id).execute()
  }
  await db.updateTable('archive_dataset').set({ dataset_id: datasetId }).where('dataset_id', '=', former.id).execute()
  await joinChanges(db, datasetId)
  // Where both have a row the fresh one stays; the old one goes with its dataset.
  for (const table of ['lag_point', 'control', 'snapshot_state', 'maintenance_dataset', 'objective_month']) {
    await sql`UPDATE OR IGNORE ${sql.table(table)} SET dataset_id = ${datasetId} WHERE dataset_id = ${former.id}`.execute(
      db,
    )
  }
  await db.updateTable('dataset').set({ parent_id: datasetId }).where('parent_id', '=', former.id).execute()
  await db.deleteFrom('dataset').where('id', '=', former.id).execute()
  return true
}

async function hasActiveRepair(db: Transaction<Schema>, datasetId: string): Promise<boolean> {
  const row = await db
    .selectFrom('run')
    .select('id')
    .where('dataset_id', '=', datasetId)
    .where('kind', '=', 'REPAIR')
    .where('state', 'in', ['QUEUED', 'RUNNING'])
    .executeTakeFirst()
  return row !== undefined
}

/** san_host rows as the config has them; a host that is gone stays as retired, since history refers to it. */
async function syncHosts(db: Transaction<Schema>, config: Config, now: number): Promise<void> {
  for (const host of config.hosts.values()) {
    const facts = { hostname: host.hostname, port: host.port, ssh_user: host.sshUser, retired_at: null }
    const insert = db.insertInto('san_host').values({ id: host.id, ...facts })
    await insert.onConflict((conflict) => conflict.column('id').doUpdateSet(facts)).execute()
  }
  for (const row of await db.selectFrom('san_host').select('id').where('retired_at', 'is', null).execute()) {
    if (config.hosts.has(row.id)) continue
    await db.updateTable('san_host').set({ retired_at: now }).where('id', '=', row.id).execute()
  }
}

async function syncPairs(db: Transaction<Schema>, config: Config, now: number): Promise<void> {
  for (const pair of config.pairs) {
    const facts = { primary_host: pair.primary, backup_host: pair.backup, retired_at: null }
    const insert = db.insertInto('san_pair').values({ name: pair.name, ...facts })
    await insert.onConflict((conflict) => conflict.column('name').doUpdateSet(facts)).execute()
  }
  const names = new Set(config.pairs.map((pair) => pair.name))
  for (const row of await db.selectFrom('san_pair').select('name').where('retired_at', 'is', null).execute()) {
    if (names.has(row.name)) continue
    await db.updateTable('san_pair').set({ retired_at: now }).where('name', '=', row.name).execute()
  }
}
