import type { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { statSync } from '#lib/host/system-calls.ts'
import { connect, Dialect, disconnect, readValue } from './driver.ts'
import { StoreError, toStoreError } from './errors.ts'
import { clearDamage, copyDatabase, ensureDataDirectory, isMarkedDamaged, moveDamagedAway } from './files.ts'
import { type Migration, migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'
import type { Schema } from './schema.ts'
import { composeStore, type OpenedStore } from './store.ts'

interface OpenStoreOptions {
  /** Data directory; created (0700) where missing. */
  readonly directory: string
  readonly now?: () => number
  readonly migrations?: readonly Migration[]
  /** Bytes of log lines that are kept, asked at every batch of them. */
  readonly mostLogBytes?: () => number
}

/** Opens `zwitness.db` in the data directory, up to date. Throws SchemaTooNew, StoreError. The caller owns the directory (owner-lock). */
export async function openStore({
  directory,
  now = Date.now,
  migrations = MIGRATIONS,
  mostLogBytes,
}: OpenStoreOptions): Promise<OpenedStore> {
  ensureDataDirectory(directory)
  const file = join(directory, 'zwitness.db')
  const { database, movedTo, damage } = openSound(file, now)
  const from = Number(readValue(database, 'PRAGMA user_version'))
  const db = new Kysely<Schema>({ dialect: new Dialect(database) })
  try {
    const copyBefore = (version: number) => copyDatabase(database, `${file}.before-${version}-${now()}`)
    const schemaVersion = await migrate(db, { file, from, migrations, copyBefore })
    // A test may have stopped at an older schema.
    const id = schemaVersion < 5 ? '' : readValue(database, 'SELECT id FROM witness')
    const parts = { db, database, file, mostLogBytes, schemaVersion, witnessId: `${id ?? ''}` }
    if (movedTo) {
      const openedNote = `The database was damaged (${damage}). It is now ${movedTo}; an empty one was started. History before this is there only; nothing on the SANs depends on it.`
      return composeStore({ ...parts, openedBecause: 'recovered', openedNote })
    }
    if (from === 0)
      return composeStore({ ...parts, openedBecause: 'fresh', openedNote: `Started a new database ${file}.` })
    const openedNote =
      from === schemaVersion
        ? `Opened ${file}.`
        : `Opened ${file} and brought it from schema ${from} to ${schemaVersion}.`
    return composeStore({ ...parts, openedBecause: 'existing', openedNote })
  } catch (error) {
    await db.destroy()
    disconnect(database)
    throw error
  }
}

/** Read through in some 30 ms. */
const SMALL_BYTES = 32 * 1024 * 1024

interface Sound {
  readonly database: Database
  /** Where a damaged predecessor went, and what was wrong with it. */
  readonly movedTo: string | null
  readonly damage: string | null
}

function openSound(file: string, now: () => number): Sound {
  const found = tryOpen(file)
  if (!(found instanceof StoreError)) return { database: found, movedTo: null, damage: null }
  const movedTo = moveDamagedAway(file, now())
  return { database: connect(file), movedTo, damage: found.message }
}

/** The open database, or what is damaged in it. Any other fault (rights, disk) is thrown: there moving it aside would be wrong. */
function tryOpen(file: string): Database | StoreError {
  let database: Database | undefined
  try {
    database = connect(file)
    if (!isReadWhole(file)) {
      // Header and schema are read all the same.
      readValue(database, 'SELECT count(*) FROM sqlite_master')
      return database
    }
    const answer = readValue(database, 'PRAGMA quick_check(1)')
    clearDamage(file)
    if (answer === 'ok') return database
    disconnect(database)
    return new StoreError('corrupt', `quick_check says: ${String(answer)}`)
  } catch (error) {
    if (database) disconnect(database)
    const fault = toStoreError(error)
    if (fault instanceof StoreError && fault.kind === 'corrupt') return fault
    throw fault
  }
}

/**
 * Reading all of a large database takes seconds, at each start and for nothing: WAL survives a kill and a power cut. So
 * that is left to the daily check, and done here where the file is small, or damage was met in it.
 */
function isReadWhole(file: string): boolean {
  return isMarkedDamaged(file) || (statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= SMALL_BYTES
}
