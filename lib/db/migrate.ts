import { type Kysely, sql, type Transaction } from 'kysely'
import { SchemaTooNew, StoreError } from './errors.ts'
import type { Schema } from './schema.ts'

export interface Migration {
  /** 1, 2, 3 … without gaps: SQLite's `user_version` afterwards. */
  readonly version: number
  /** Runs inside the one transaction of all pending migrations. */
  up(db: Transaction<Schema>): Promise<void>
}

interface MigrateOptions {
  readonly file: string
  /** `user_version` as found; 0 for a new file. */
  readonly from: number
  readonly migrations: readonly Migration[]
  /** Called before the first change of a database that already holds something. */
  copyBefore(version: number): void
}

/** All pending migrations or none; answers the schema version. Throws SchemaTooNew, StoreError. */
export async function migrate(db: Kysely<Schema>, options: MigrateOptions): Promise<number> {
  const newest = options.migrations.at(-1)?.version ?? 0
  if (options.from > newest) throw new SchemaTooNew(options.file, options.from, newest)
  const pending = options.migrations.filter((migration) => migration.version > options.from)
  if (pending.length === 0) return newest
  if (options.from > 0) options.copyBefore(options.from)
  await db.transaction().execute(async (transaction) => {
    for (const migration of pending) await migration.up(transaction)
    await refuseDanglingRows(transaction)
    // The version is part of the same transaction: a half-applied schema with a new number cannot exist.
    await sql.raw(`PRAGMA user_version = ${newest}`).execute(transaction)
  })
  return newest
}

async function refuseDanglingRows(db: Transaction<Schema>): Promise<void> {
  const { rows } = await sql<{ table: string }>`PRAGMA foreign_key_check`.execute(db)
  if (rows.length === 0) return
  const tables = [...new Set(rows.map((row) => row.table))].join(', ')
  throw new StoreError(
    'constraint',
    `The upgrade of the database would leave ${rows.length} rows without what they belong to (${tables}); nothing was changed. Start the previous version and report this.`,
  )
}
