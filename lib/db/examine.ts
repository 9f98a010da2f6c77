import { Database } from 'bun:sqlite'
import { Kysely } from 'kysely'
import { closeSync, openSync, readSync, statSync } from '#lib/host/system-calls.ts'
import { Dialect, readValue } from './driver.ts'
import { toStoreError } from './errors.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'
import type { Schema } from './schema.ts'

/*
 * What a file that is said to be a copy of our database really is, before anything rests on it. The file may be anyone's:
 * it is never written, and nothing in it is run.
 */

export interface Sound {
  readonly sound: true
  readonly schemaVersion: number
  /** '' before schema 5. */
  readonly witnessId: string
  readonly bytes: number
  /** Epoch ms of the newest run or log line in it; null: there is none. */
  readonly newestAt: number | null
  readonly datasets: number
  readonly runs: number
  readonly users: number
}

interface Unsound {
  readonly sound: false
  readonly why: 'missing' | 'not-sqlite' | 'cut-off' | 'foreign' | 'newer' | 'damaged'
  /** A sentence that names the file. */
  readonly message: string
}

/** Reads all of the file, once or twice. The caller has it for itself, or it is one that nobody changes. */
export async function examine(file: string): Promise<Sound | Unsound> {
  const outside = outsideOf(file)
  if (outside !== null) return outside
  let database: Database | undefined
  try {
    database = new Database(file, { readonly: true, strict: true })
    database.run('PRAGMA trusted_schema = OFF')
    const schemaVersion = Number(readValue(database, 'PRAGMA user_version'))
    return (await strangeness(database, file, schemaVersion)) ?? damageIn(database, file) ?? contents(database, file)
  } catch (error) {
    const fault = toStoreError(error)
    return unsound('damaged', `${file} cannot be read as a database: ${fault instanceof Error ? fault.message : fault}`)
  } finally {
    database?.close()
  }
}

const unsound = (why: Unsound['why'], message: string): Unsound => ({ sound: false, why, message })

const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

/** What its size and its first 100 bytes tell (https://www.sqlite.org/fileformat2.html). */
function outsideOf(file: string): Unsound | null {
  const facts = statSync(file, { throwIfNoEntry: false })
  if (facts === undefined) return unsound('missing', `There is no ${file}.`)
  if (!facts.isFile()) return unsound('not-sqlite', `${file} is no plain file.`)
  const header = Buffer.alloc(HEADER_BYTES)
  const descriptor = openSync(file, 'r')
  try {
    if (readSync(descriptor, header, 0, HEADER_BYTES, 0) < HEADER_BYTES || header.toString('latin1', 0, 16) !== MAGIC)
      return unsound('not-sqlite', `${file} is no SQLite database, so it is no backup of zwitness.`)
  } finally {
    closeSync(descriptor)
  }
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const isCounted = header.readUInt32BE(24) === header.readUInt32BE(92)
  const bytes = pageBytes * header.readUInt32BE(28)
  if (isCounted && bytes > facts.size)
    return unsound('cut-off', `${file} was cut off: it should have ${bytes} bytes, and has ${facts.size}.`)
  return null
}

/** Not ours, or from a newer version. */
async function strangeness(database: Database, file: string, version: number): Promise<Unsound | null> {
  const newest = MIGRATIONS.at(-1)?.version ?? 0
  const found = namesIn(database)
  const isOurs = version >= 1 && found.has('table run') && found.has('table dataset')
  if (!isOurs) return unsound('foreign', `${file} is an SQLite database, but not one of zwitness.`)
  if (version > newest)
    return unsound(
      'newer',
      `${file} has schema ${version}, and this zwitness only knows up to ${newest}. Use the version that wrote it, or a newer one.`,
    )
  const wanted = await namesAt(version)
  const missing = [...wanted].filter((name) => !found.has(name))
  if (missing.length > 0)
    return unsound(
      'foreign',
      `${file} lacks what schema ${version} of zwitness has: ${missing.slice(0, 5).join(', ')}.`,
    )
  // Tables do nothing by themselves; a trigger or a view that we did not make would act within ours.
  const added = [...found].filter((name) => /^(trigger|view) /.test(name) && !wanted.has(name))
  if (added.length > 0)
    return unsound('foreign', `${file} holds what zwitness did not make: ${added.slice(0, 5).join(', ')}.`)
  return null
}

/** `table run`, `index run_active` … */
function namesIn(database: Database): ReadonlySet<string> {
  const statement = database.prepare<{ type: string; name: string }, []>(
    `SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
  )
  try {
    return new Set(statement.all().map(({ type, name }) => `${type} ${name}`))
  } finally {
    statement.finalize()
  }
}

/** What a database of ours holds at that version: made anew in memory, so that no list is kept beside the migrations. */
async function namesAt(version: number): Promise<ReadonlySet<string>> {
  const database = new Database(':memory:', { strict: true })
  const db = new Kysely<Schema>({ dialect: new Dialect(database) })
  try {
    const migrations = MIGRATIONS.filter((migration) => migration.version <= version)
    await migrate(db, { file: ':memory:', from: 0, migrations, copyBefore: () => {} })
    return namesIn(database)
  } finally {
    await db.destroy()
    database.close()
  }
}

/** Indexes too. Null: it is whole. */
function damageIn(database: Database, file: string): Unsound | null {
  const answer = readValue(database, 'PRAGMA integrity_check(1)')
  return answer === 'ok' ? null : unsound('damaged', `${file} is damaged: ${answer}.`)
}

function contents(database: Database, file: string): Sound {
  const schemaVersion = Number(readValue(database, 'PRAGMA user_version'))
  const number = (query: string): number => Number(readValue(database, query) ?? 0)
  const newestAt = number(
    'SELECT max((SELECT coalesce(max(queued_at), 0) FROM run), (SELECT coalesce(max(at), 0) FROM log))',
  )
  return {
    sound: true,
    schemaVersion,
    witnessId: schemaVersion < 5 ? '' : `${readValue(database, 'SELECT id FROM witness') ?? ''}`,
    bytes: statSync(file).size,
    newestAt: newestAt === 0 ? null : newestAt,
    datasets: number('SELECT count(*) FROM dataset WHERE retired_at IS NULL'),
    runs: number('SELECT count(*) FROM run'),
    users: schemaVersion < 2 ? 0 : number('SELECT count(*) FROM user'),
  }
}
