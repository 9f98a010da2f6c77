import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from './examine.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { openStore } from './open.ts'
import { createdRun, freshStore, temporaryDirectory } from './store-fixture.ts'

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0

/** A copy of a database with one run and some log lines. */
async function copyOf(directory: string, migrations = MIGRATIONS): Promise<string> {
  const file = join(directory, 'copy.sqlite')
  if (migrations !== MIGRATIONS) {
    const old = await openStore({ directory, migrations })
    await old.copyTo(file)
    await old.close()
    return file
  }
  const store = await freshStore(directory)
  await createdRun(store)
  const line = { at: 1, level: 'info', component: 'c', message: 'm'.repeat(900), runId: null } as const
  const rest = { datasetId: null, host: null, requestId: null, fields: {} } as const
  await store.addLogs(Array.from({ length: 500 }, () => ({ ...line, ...rest })))
  await store.copyTo(file)
  return file
}

test('a copy of ours, and what is in it; nothing is left beside it', async () => {
  const directory = temporaryDirectory()
  const file = await copyOf(directory)
  const before = readFileSync(file)
  expect(await examine(file)).toMatchObject({ sound: true, schemaVersion: NEWEST, runs: 1, datasets: 0, users: 0 })
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite'])
})

test.each(MIGRATIONS.map(({ version }) => [version]))('one of schema %d is one of ours', async (version) => {
  const file = await copyOf(
    temporaryDirectory(),
    MIGRATIONS.filter((each) => each.version <= version),
  )
  expect(await examine(file)).toMatchObject({ sound: true, schemaVersion: version })
})

const change = (file: string, statement: string): void => {
  const database = new Database(file)
  database.run(statement)
  database.close()
}

test.each<[string, string, (file: string) => void, string]>([
  ['a text', 'not-sqlite', (file) => writeFileSync(file, 'CREATE TABLE '.repeat(100)), 'no SQLite database'],
  ['an empty file', 'not-sqlite', (file) => writeFileSync(file, ''), 'no SQLite database'],
  ['a beginning', 'cut-off', (file) => truncateSync(file, 8192), 'was cut off: it should have'],
  ['all but its last page', 'cut-off', (file) => truncateSync(file, readFileSync(file).length - 1), 'was cut off'],
  [
    'one of a newer version',
    'newer',
    (file) => change(file, `PRAGMA user_version = ${NEWEST + 1}`),
    'only knows up to',
  ],
  ['one without its version', 'foreign', (file) => change(file, 'PRAGMA user_version = 0'), 'not one of zwitness'],
  ['one that lacks a table', 'foreign', (file) => change(file, 'DROP TABLE session'), 'lacks what schema'],
  ['one that lacks an index', 'foreign', (file) => change(file, 'DROP INDEX run_one_active_repair'), 'run_one_active'],
  [
    'one with a trigger of somebody',
    'foreign',
    (file) => change(file, 'CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM audit; END'),
    'trigger t',
  ],
  [
    'damage',
    'damaged',
    (file) => {
      const bytes = readFileSync(file)
      bytes.fill(0x78, bytes.length / 2, bytes.length / 2 + 20 * 4096)
      writeFileSync(file, bytes)
    },
    'damaged',
  ],
  [
    'another program’s',
    'foreign',
    (file) => {
      writeFileSync(file, '')
      change(file, 'CREATE TABLE bookmark (url TEXT)')
      change(file, 'PRAGMA user_version = 3')
    },
    'not one of zwitness',
  ],
])('%s is %s', async (_, why, spoil, words) => {
  const file = await copyOf(temporaryDirectory())
  spoil(file)
  const found = await examine(file)
  expect(found).toMatchObject({ sound: false, why })
  if (!found.sound) expect(found.message).toContain(words)
})

test('a folder, and nothing at all', async () => {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'folder'))
  expect(await examine(join(directory, 'folder'))).toMatchObject({ why: 'not-sqlite' })
  expect(await examine(join(directory, 'none'))).toMatchObject({ why: 'missing' })
})
