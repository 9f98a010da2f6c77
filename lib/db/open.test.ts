import { describe, expect, test } from 'bun:test'
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { copyChecked } from './copy.ts'
import { connect, disconnect, readValue } from './driver.ts'
import { SchemaTooNew, StoreError } from './errors.ts'
import type { Migration } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { openStore } from './open.ts'
import { config, createdRun, mapping, temporaryDirectory } from './store-fixture.ts'

const NOW = MIGRATIONS.at(-1)?.version ?? 0
const NEXT = NOW + 1

const addColumn: Migration = {
  version: NEXT,
  up: async (db) => void (await sql`ALTER TABLE run ADD COLUMN note TEXT`.execute(db)),
}
const WITH_NEXT = [...MIGRATIONS, addColumn]

async function withOneRun(directory: string) {
  const store = await openStore({ directory })
  await createdRun(store)
  await store.close()
}

/** The value of a pragma of the closed database. */
function inspect(directory: string, query: string): unknown {
  const database = connect(join(directory, 'zwitness.db'))
  try {
    return readValue(database, query)
  } finally {
    disconnect(database)
  }
}

describe('a data directory without a database', () => {
  test('gets one, private to its owner, with the pragmas that keep it safe', async () => {
    const directory = join(temporaryDirectory(), 'data')
    const store = await openStore({ directory })
    expect(store).toMatchObject({ openedBecause: 'fresh', schemaVersion: NOW })
    expect(store.openedNote).toContain('new database')
    const modes = readdirSync(directory).map((name) => statSync(join(directory, name)).mode & 0o777)
    expect(modes).toEqual(modes.map(() => 0o600))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    await store.close()
    expect(readdirSync(directory)).toEqual(['zwitness.db'])
    const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'auto_vacuum', 'busy_timeout', 'trusted_schema']
    expect(settings.map((name) => inspect(directory, `PRAGMA ${name}`))).toEqual(['wal', 2, 1, 2, 250, 0])
  })

  test('has every table STRICT', async () => {
    const directory = temporaryDirectory()
    await withOneRun(directory)
    const query = (strict: 0 | 1) =>
      `SELECT count(*) FROM pragma_table_list WHERE strict = ${strict} AND type = 'table' AND name NOT LIKE 'sqlite_%'`
    expect(inspect(directory, query(0))).toBe(0)
    expect(inspect(directory, query(1))).toBeGreaterThanOrEqual(14)
  })

  test('that cannot be made is an error that says so', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const error = await openStore({ directory: file }).catch((fault: unknown) => fault)
    expect(error).toBeInstanceOf(StoreError)
    expect(String(error)).toContain(`The data directory ${file} cannot be used`)
  })
})

describe('an existing database', () => {
  test('is opened as it is', async () => {
    const directory = temporaryDirectory()
    await withOneRun(directory)
    const store = await openStore({ directory })
    expect(store.openedBecause).toBe('existing')
    expect((await store.runs({ limit: 5 })).items).toHaveLength(1)
    await store.close()
    expect(readdirSync(directory)).toEqual(['zwitness.db'])
  })

  test('of an older schema is copied, then upgraded', async () => {
    const directory = temporaryDirectory()
    await withOneRun(directory)
    const store = await openStore({ directory, migrations: WITH_NEXT, now: () => 42 })
    expect(store).toMatchObject({ openedBecause: 'existing', schemaVersion: NEXT })
    expect(store.openedNote).toContain(`from schema ${NOW} to ${NEXT}`)
    await store.close()
    expect(inspect(directory, 'PRAGMA user_version')).toBe(NEXT)
    const before = connect(join(directory, `zwitness.db.before-${NOW}-42`))
    expect(readValue(before, 'PRAGMA user_version')).toBe(NOW)
    expect(readValue(before, 'SELECT count(*) FROM run')).toBe(1)
    disconnect(before)
  })

  const failing: readonly (readonly [string, Migration])[] = [
    [
      'throws half-way',
      {
        version: NEXT + 1,
        up: async (db) => {
          await sql`CREATE TABLE half (x)`.execute(db)
          await sql`nonsense`.execute(db)
        },
      },
    ],
    [
      'leaves rows without what they belong to',
      {
        version: NEXT + 1,
        up: async (db) => {
          await sql`CREATE TABLE half (run_id INTEGER REFERENCES run (id) DEFERRABLE INITIALLY DEFERRED)`.execute(db)
          await sql`INSERT INTO half VALUES (99)`.execute(db)
        },
      },
    ],
  ]
  test.each(failing)('is left exactly as it was by an upgrade that %s, and the next try succeeds', async (_, bad) => {
    const directory = temporaryDirectory()
    await withOneRun(directory)
    const error = await openStore({ directory, migrations: [...WITH_NEXT, bad] }).catch((fault: unknown) => fault)
    expect(error).toBeInstanceOf(Error)
    expect(inspect(directory, 'PRAGMA user_version')).toBe(NOW)
    expect(inspect(directory, `SELECT count(*) FROM sqlite_schema WHERE name = 'half'`)).toBe(0)
    expect(inspect(directory, `SELECT count(*) FROM pragma_table_info('run') WHERE name = 'note'`)).toBe(0)
    const store = await openStore({ directory, migrations: WITH_NEXT })
    expect(store.schemaVersion).toBe(NEXT)
    await store.close()
  })

  test('of a newer schema is refused untouched, with both numbers and what to do', async () => {
    const directory = temporaryDirectory()
    await (await openStore({ directory, migrations: WITH_NEXT })).close()
    const error = await openStore({ directory }).catch((fault: unknown) => fault)
    expect(error).toBeInstanceOf(SchemaTooNew)
    expect(error).toMatchObject({ found: NEXT, known: NOW })
    expect(String(error)).toContain('Start the version that wrote it')
    expect(readdirSync(directory)).toEqual(['zwitness.db'])
    expect(inspect(directory, 'PRAGMA user_version')).toBe(NEXT)
  })
})

describe('a damaged database', () => {
  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ['that is something else altogether', (file) => writeFileSync(file, 'this is no database '.repeat(500))],
    ['cut off in the middle', (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096)],
    ['overwritten in its pages', (file) => overwrite(file)],
  ]
  test.each(damages)('%s is moved aside and an empty one started, which says so', async (_, damage) => {
    const directory = temporaryDirectory()
    const full = await openStore({ directory })
    await full.syncConfig(config([mapping('a')]), 1)
    await full.addLogs(
      Array.from({ length: 2000 }, (__, at) => ({
        at,
        level: 'info',
        component: 'c',
        message: 'm'.repeat(100),
        runId: null,
        datasetId: null,
        host: null,
        requestId: null,
        fields: {},
      })),
    )
    await full.close()
    damage(join(directory, 'zwitness.db'))
    const store = await openStore({ directory, now: () => Date.UTC(2026, 0, 2, 3, 4, 5) })
    expect(store.openedBecause).toBe('recovered')
    expect(store.openedNote).toContain(join(directory, 'zwitness.db.corrupt-20260102T030405Z'))
    expect(existsSync(join(directory, 'zwitness.db.corrupt-20260102T030405Z'))).toBe(true)
    expect(await store.datasets()).toEqual([])
    expect(await store.integrity()).toBe('ok')
    await store.close()
    expect((await openStore({ directory })).openedBecause).toBe('existing')
  })

  test('is moved aside under another name when that one is taken', async () => {
    const directory = temporaryDirectory()
    const now = () => 0
    for (const _ of [1, 2]) {
      writeFileSync(join(directory, 'zwitness.db'), 'this is no database '.repeat(500))
      await (await openStore({ directory, now })).close()
    }
    expect(
      readdirSync(directory)
        .filter((name) => name.includes('corrupt'))
        .sort(),
    ).toEqual(['zwitness.db.corrupt-19700101T000000Z', 'zwitness.db.corrupt-19700101T000000Z-2'])
  })
})

describe('a large database', () => {
  /** Larger than what a start reads through, and full of rows. */
  async function large(directory: string): Promise<string> {
    const store = await openStore({ directory })
    await store.syncConfig(config([mapping('a')]), 1)
    await store.close()
    const file = join(directory, 'zwitness.db')
    const database = connect(file)
    database.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO log (at, level, component, message, fields) SELECT i, 'info', 'c', printf('%.*c', 4000, 'm'), '{}' FROM n`,
    )
    disconnect(database)
    expect(statSync(file).size).toBeGreaterThan(33 * 1024 * 1024)
    return file
  }

  test('is not read through at each start; damage in it is found by the daily check and cured by the next start', async () => {
    const directory = temporaryDirectory()
    const file = await large(directory)
    // Pages in the middle: the start does not come by them.
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, Buffer.alloc(40 * 4096, 'x'), 0, 40 * 4096, 20 * 1024 * 1024)
    closeSync(descriptor)
    const store = await openStore({ directory })
    expect(store.openedBecause).toBe('existing')
    // It can be written to all the same: no one who only probes that is told.
    await store.check()
    const copy = join(directory, 'copy')
    const found = await copyChecked(file, copy, 0).catch((error: unknown) => error)
    expect(found).toMatchObject({ kind: 'corrupt' })
    expect(existsSync(copy)).toBe(false)
    await store.close()
    const next = await openStore({ directory })
    expect(next.openedBecause).toBe('recovered')
    await next.close()
    expect(readdirSync(directory).filter((name) => name.endsWith('.damaged'))).toEqual([])
  })

  test('damage that a query meets is found by the next start too; a sound one is opened again', async () => {
    const directory = temporaryDirectory()
    const file = await large(directory)
    const sound = await openStore({ directory })
    expect((await copyChecked(file, join(directory, 'copy'), 0)).sound).toBe(true)
    await sound.close()
    expect((await openStore({ directory })).openedBecause).toBe('existing')
    writeFileSync(`${file}.damaged`, 'somebody was wrong')
    const again = await openStore({ directory })
    expect(again.openedBecause).toBe('existing')
    await again.close()
    expect(existsSync(`${file}.damaged`)).toBe(false)
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, Buffer.alloc(2000 * 4096, 'x'), 0, 2000 * 4096, 8 * 1024 * 1024)
    closeSync(descriptor)
    const damaged = await openStore({ directory })
    expect(damaged.openedBecause).toBe('existing')
    await expect(damaged.logs({ limit: 9000, text: 'nowhere' })).rejects.toMatchObject({ kind: 'corrupt' })
    await damaged.close()
    expect((await openStore({ directory })).openedBecause).toBe('recovered')
  })
})

test('a file that only cannot be opened is not moved aside', async () => {
  if (process.getuid?.() === 0) return // root may open everything
  const directory = temporaryDirectory()
  await withOneRun(directory)
  chmodSync(directory, 0o500)
  const error = await openStore({ directory }).catch((fault: unknown) => fault)
  chmodSync(directory, 0o700)
  expect(error).toBeInstanceOf(StoreError)
  expect(readdirSync(directory)).toEqual(['zwitness.db'])
})

function overwrite(file: string): void {
  const bytes = new Uint8Array(statSync(file).size)
  bytes.fill(0xa5)
  const page = 4096
  const head = readFileSync(file).subarray(0, page)
  bytes.set(head)
  writeFileSync(file, bytes)
}
