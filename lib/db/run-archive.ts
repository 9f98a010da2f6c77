import { type Kysely, sql, type Transaction } from 'kysely'
import { toActionRecord, toRunRecord } from './run-rows.ts'
import type { Row, Schema } from './schema.ts'
import type { ActionRecord, RunQuery, RunRecord } from './types.ts'

/*
 * Where repairs run hourly on hundreds of datasets, each with its commands for ever, rows of their own would be gigabytes a
 * year; and they are nearly the same, one after the other. So what is over for some days, was ordinary and was not asked
 * for by a person goes into blobs of some hundred runs. They are read as if they were rows.
 */

/** Runs of a blob: unpacked in some milliseconds, and large enough to be packed well. */
const RUNS = 500
/** Whoever judges a dataset asks for its last repairs only, and never meets the archive. */
const KEPT_PLAIN = 20

type PackedRun = Omit<Row<'run'>, 'dataset_id' | 'keep' | 'plan' | 'progress'> & {
  /** Of `archive_dataset`. */
  readonly dataset: number
  readonly plan?: string | null
  readonly progress?: string | null
}
interface Pack {
  readonly runs: readonly PackedRun[]
  readonly actions: readonly Omit<Row<'action'>, 'dataset_id'>[]
}

/** An ordinary repair: it brought the backup on, destroyed nothing and moved nothing out of the way. */
const ORDINARY = sql`(plan IS NULL OR (json_extract(plan, '$.kind') IN ('INCREMENTAL', 'FROM_BOOKMARK', 'RESUME', 'NOTHING')
  AND json_extract(plan, '$.setAside') IS NULL AND json_array_length(plan, '$.destroys') = 0))`

/** Moves ordinary repairs that were queued before that moment (epoch ms) into the archive. Answers how many. */
export async function archiveRepairs(db: Kysely<Schema>, before: number, pause: () => Promise<void>): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM (
      SELECT id, row_number() OVER (PARTITION BY dataset_id ORDER BY id DESC) AS place, queued_at, state, trigger_type, keep, plan
      FROM run WHERE kind = 'REPAIR')
    WHERE place > ${KEPT_PLAIN} AND queued_at < ${before} AND keep = 1 AND state NOT IN ('QUEUED', 'RUNNING')
      AND trigger_type IN ('schedule', 'internal') AND ${ORDINARY}
    ORDER BY id`.execute(db)
  for (let at = 0; at < rows.length; at += RUNS) {
    const ids = rows.slice(at, at + RUNS).map(({ id }) => id)
    await db.transaction().execute((transaction) => archive(transaction, ids))
    await pause()
  }
  return rows.length
}

async function archive(db: Transaction<Schema>, ids: readonly number[]): Promise<void> {
  const runs = await db.selectFrom('run').selectAll().where('id', 'in', ids).orderBy('id').execute()
  const actions = await db.selectFrom('action').selectAll().where('run_id', 'in', ids).orderBy('id').execute()
  const numbers = await numbersOf(db, new Set(runs.map((run) => run.dataset_id ?? '')))
  const pack: Pack = {
    runs: runs.map(({ dataset_id, keep: _, ...run }) => ({ ...run, dataset: numbers.get(dataset_id ?? '') ?? 0 })),
    actions: actions.map(({ dataset_id: _, ...action }) => action),
  }
  await db
    .insertInto('run_archive')
    .values({
      first_id: Math.min(...ids),
      last_id: Math.max(...ids),
      first_at: Math.min(...runs.map(({ queued_at }) => queued_at)),
      last_at: Math.max(...runs.map(({ queued_at }) => queued_at)),
      datasets: JSON.stringify([...new Set(pack.runs.map(({ dataset }) => dataset))]),
      whole: 1,
      packed: packed(pack),
    })
    .execute()
  await db.deleteFrom('run').where('id', 'in', ids).execute()
}

/** After its time a repair keeps what it did: the run, its commands and what came of them. Its plan and progress go. */
export async function thinRepairs(db: Kysely<Schema>, before: number, pause: () => Promise<void>): Promise<number> {
  let thinned = 0
  for (;;) {
    const found = await db
      .selectFrom('run_archive')
      .select(['id', 'packed'])
      .where('whole', '=', 1)
      .where('last_at', '<', before)
      .limit(1)
      .executeTakeFirst()
    if (found === undefined) break
    const pack = unpacked(found.packed)
    const runs = pack.runs.map(({ plan: _, progress: __, ...run }) => run)
    const change = { packed: packed({ ...pack, runs }), whole: 0 }
    await db.updateTable('run_archive').set(change).where('id', '=', found.id).execute()
    thinned += runs.length
    await pause()
  }
  // What a person asked for, and what destroyed or moved something, keeps its row and says of its plan only that.
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      UPDATE run SET progress = NULL,
        plan = json_set(plan, '$.steps', json('[]'), '$.checks', json('[]'), '$.notes', json('[]'), '$.untouched', json('[]'))
      WHERE id IN (SELECT id FROM run WHERE kind = 'REPAIR' AND state NOT IN ('QUEUED', 'RUNNING') AND queued_at < ${before}
        AND progress IS NOT NULL LIMIT 200)`.execute(db)
    if (numAffectedRows === 0n) return thinned
    thinned += Number(numAffectedRows)
    await pause()
  }
}

/** Archived runs that the query asks for, newest first, at most one more than its limit; only ids between the two. */
export async function archivedRuns(
  db: Kysely<Schema>,
  query: RunQuery,
  { below, above }: { readonly below: number | null; readonly above: number | null },
): Promise<readonly RunRecord[]> {
  if (query.kind !== undefined && !query.kind.includes('REPAIR')) return []
  const own = query.datasetId === undefined ? null : await numbersNamed(db, query.datasetId)
  if (own?.length === 0) return []
  let packs = db.selectFrom('run_archive').select(['id', 'last_id']).orderBy('last_id', 'desc')
  if (below !== null) packs = packs.where('first_id', '<', below)
  if (above !== null) packs = packs.where('last_id', '>', above)
  if (query.from !== undefined) packs = packs.where('last_at', '>=', query.from)
  if (query.to !== undefined) packs = packs.where('first_at', '<', query.to)
  if (own !== null)
    packs = packs.where(sql<boolean>`EXISTS (SELECT 1 FROM json_each(datasets) WHERE value IN (${sql.join(own)}))`)
  let found: RunRecord[] = []
  for (const { id, last_id } of await packs.execute()) {
    // The blobs overlap; none has an id above its last one.
    const least = found[query.limit]
    if (least !== undefined && least.id > last_id) break
    found = [
      ...found,
      ...(await runsIn(db, id)).filter((run) => asks(query, run) && (below === null || run.id < below)),
    ]
      .sort((a, b) => b.id - a.id)
      .slice(0, query.limit + 1)
  }
  return found
}

export async function archivedRun(db: Kysely<Schema>, id: number): Promise<RunRecord | null> {
  for (const pack of await packsWith(db, id)) {
    const run = (await runsIn(db, pack)).find((each) => each.id === id)
    if (run !== undefined) return run
  }
  return null
}

export async function archivedActions(db: Kysely<Schema>, runId: number): Promise<readonly ActionRecord[]> {
  for (const id of await packsWith(db, runId)) {
    const pack = await packOf(db, id)
    const run = pack.runs.find((each) => each.id === runId)
    if (run === undefined) continue
    const names = await namesOf(db)
    const dataset_id = names.get(run.dataset) ?? null
    return pack.actions
      .filter((action) => action.run_id === runId)
      .map((action) => toActionRecord({ ...action, dataset_id }))
  }
  return []
}

async function packsWith(db: Kysely<Schema>, runId: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('run_archive')
    .select('id')
    .where('first_id', '<=', runId)
    .where('last_id', '>=', runId)
    .execute()
  return rows.map(({ id }) => id)
}

async function packOf(db: Kysely<Schema>, id: number): Promise<Pack> {
  const row = await db.selectFrom('run_archive').select('packed').where('id', '=', id).executeTakeFirstOrThrow()
  return unpacked(row.packed)
}

async function runsIn(db: Kysely<Schema>, id: number): Promise<readonly RunRecord[]> {
  const names = await namesOf(db)
  const { runs } = await packOf(db, id)
  return runs.map(({ dataset, plan = null, progress = null, ...run }) =>
    toRunRecord({ ...run, plan, progress, keep: 1, dataset_id: names.get(dataset) ?? null }),
  )
}

function asks(query: RunQuery, run: RunRecord): boolean {
  return (
    (query.state?.includes(run.state) ?? true) &&
    (query.datasetId === undefined || run.datasetId === query.datasetId) &&
    (query.actor === undefined || run.trigger.actor === query.actor) &&
    (query.from === undefined || run.queuedAt >= query.from) &&
    (query.to === undefined || run.queuedAt < query.to)
  )
}

async function namesOf(db: Kysely<Schema>): Promise<ReadonlyMap<number, string>> {
  const rows = await db.selectFrom('archive_dataset').selectAll().execute()
  return new Map(rows.map(({ number, dataset_id }) => [number, dataset_id]))
}

async function numbersNamed(db: Kysely<Schema>, datasetId: string): Promise<readonly number[]> {
  const rows = await db.selectFrom('archive_dataset').select('number').where('dataset_id', '=', datasetId).execute()
  return rows.map(({ number }) => number)
}

async function numbersOf(db: Transaction<Schema>, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>()
  for (const id of ids) {
    const [known] = await numbersNamed(db, id)
    const made = () => db.insertInto('archive_dataset').values({ dataset_id: id }).returning('number')
    numbers.set(id, known ?? (await made().executeTakeFirstOrThrow()).number)
  }
  return numbers
}

function packed(pack: Pack): Uint8Array {
  return Bun.zstdCompressSync(Buffer.from(JSON.stringify(pack)), { level: 6 })
}

function unpacked(blob: Uint8Array): Pack {
  return JSON.parse(Buffer.from(Bun.zstdDecompressSync(blob)).toString()) as Pack
}
