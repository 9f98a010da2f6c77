import { Database } from 'bun:sqlite'
import { rmSync } from '#lib/host/system-calls.ts'
import { readValue } from './driver.ts'
import { StoreError, toStoreError } from './errors.ts'
import { examine, type Sound } from './examine.ts'
import { copyDatabase, databaseBytes, markDamage } from './files.ts'

/*
 * A database that is in use, read by someone else than its owner. In WAL its owner goes on meanwhile; in the owner's own
 * process nothing else would, for seconds.
 */

/** Waiting for the owner's short locks. */
const BUSY_MS = 10_000

/**
 * Reads all of the database, writes a copy to `target` (replaced where it is there), reads all of that, and leaves nothing
 * where one of the three fails. At least `leave` bytes stay free beside it.
 * @throws StoreError: `corrupt` where the database itself is damaged (its next start reads all of it), `full`, …
 */
export async function copyChecked(source: string, target: string, leave: number): Promise<Sound> {
  const database = openToRead(source)
  try {
    const answer = integrityOf(database)
    if (answer !== 'ok') {
      markDamage(source)
      const cure = 'Restart zwitness: it moves the file aside and starts a new one.'
      throw new StoreError('corrupt', `The database is damaged, so no copy was made: ${answer.split('\n')[0]}. ${cure}`)
    }
    copyDatabase(database, target, leave)
  } finally {
    database.close()
  }
  const examined = await examine(target)
  if (examined.sound) return examined
  rmSync(target, { force: true })
  throw new StoreError(
    'io',
    `The copy was not what was written, and is gone again: ${examined.message} Check the disk.`,
  )
}

export interface DatabaseFacts {
  readonly schemaVersion: number
  /** `ok`, or what is damaged, a line each. */
  readonly integrity: string
  readonly bytes: number
  readonly pageBytes: number
  readonly pages: number
  readonly freePages: number
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
}

/** Reads all of the database. Throws StoreError. */
export function readFacts(source: string): DatabaseFacts {
  const database = openToRead(source)
  try {
    const number = (query: string): number => Number(readValue(database, query))
    const integrity = integrityOf(database)
    return {
      schemaVersion: number('PRAGMA user_version'),
      integrity,
      bytes: databaseBytes(source),
      pageBytes: number('PRAGMA page_size'),
      pages: number('PRAGMA page_count'),
      freePages: number('PRAGMA freelist_count'),
      tables: integrity === 'ok' ? rowsIn(database) : [],
    }
  } catch (error) {
    throw toStoreError(error)
  } finally {
    database.close()
  }
}

function openToRead(file: string): Database {
  try {
    const database = new Database(file, { readonly: true, strict: true })
    database.run(`PRAGMA busy_timeout = ${BUSY_MS}`)
    return database
  } catch (error) {
    throw toStoreError(error)
  }
}

/** Damage may also be met as an error. */
function integrityOf(database: Database): string {
  const statement = database.prepare<{ integrity_check: string }, []>('PRAGMA integrity_check(20)')
  try {
    return statement
      .all()
      .map((row) => row.integrity_check)
      .join('\n')
  } catch (error) {
    const fault = toStoreError(error)
    if (fault instanceof StoreError && fault.kind === 'corrupt') return fault.message
    throw fault
  } finally {
    statement.finalize()
  }
}

function rowsIn(database: Database): DatabaseFacts['tables'] {
  const statement = database.prepare<{ name: string }, []>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`,
  )
  try {
    // The names are those of our own schema.
    return statement
      .all()
      .map(({ name }) => ({ name, rows: Number(readValue(database, `SELECT count(*) FROM "${name}"`)) }))
  } finally {
    statement.finalize()
  }
}
