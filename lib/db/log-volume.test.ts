import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { connect, disconnect, readValue } from './connect.ts'
import { Dialect } from './dialect.ts'
import { logVolumeRepository } from './log-volume.ts'
import { logsRepository } from './logs.ts'
import { openStore } from './open.ts'
import type { Schema } from './schema.ts'
import { freshStore, temporaryDirectory } from './store-fixture.ts'
import type { LogRecord } from './types.ts'

const MIB = 1024 * 1024

const lines = (count: number, characters: number, at = 1): Omit<LogRecord, 'id'>[] =>
  Array.from({ length: count }, (_, n) => ({
    at,
    level: 'info',
    component: 'http',
    message: `${n} ${'é'.repeat(characters / 2)}`,
    runId: null,
    datasetId: n % 2 === 0 ? 'a' : null,
    host: null,
    requestId: 'r',
    fields: { n },
  }))

describe('the log of a database', () => {
  let directory: string
  let file: string
  let database: ReturnType<typeof connect>
  let db: Kysely<Schema>
  beforeEach(async () => {
    directory = temporaryDirectory()
    file = join(directory, 'zwitness.db')
    await (await freshStore(directory)).close()
    database = connect(file)
    db = new Kysely<Schema>({ dialect: new Dialect(database) })
  })
  afterEach(async () => {
    await db.destroy()
    disconnect(database)
  })

  const logOf = (most: number, free: () => number = () => 100 * MIB) => logsRepository(db, { most: () => most, free })
  const volume = (): number => Number(readValue(database, 'SELECT bytes FROM log_volume'))
  const rows = (): number => Number(readValue(database, 'SELECT count(*) FROM log'))
  const added = (): number =>
    Number(
      readValue(
        database,
        `SELECT coalesce(sum(120 + octet_length(message) + octet_length(fields) + octet_length(component)
          + coalesce(octet_length(dataset_id), 0) + coalesce(octet_length(request_id), 0)), 0) FROM log`,
      ),
    )

  test('is counted as it grows and shrinks', async () => {
    const { addLogs } = logOf(100 * MIB)
    await addLogs(lines(700, 300))
    expect(volume()).toBe(added())
    database.run('DELETE FROM log WHERE id % 3 = 0')
    expect(volume()).toBe(added())
    database.run('DELETE FROM log')
    expect(volume()).toBe(0)
  })

  test('never has more than it may, however fast lines come; the newest stay', async () => {
    const most = MIB
    const { addLogs } = logOf(most)
    let last = 0
    for (let batch = 0; batch < 12; batch++) {
      last = (await addLogs(lines(1000, 400))).at(-1) ?? 0
      expect(volume()).toBeLessThanOrEqual(most)
    }
    expect(Number(readValue(database, 'SELECT max(id) FROM log'))).toBe(last)
    expect(rows()).toBeGreaterThan(1000)
    database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    expect(statSync(file).size).toBeLessThan(3 * most)
  })

  test('takes nothing of the last 16 MiB of a disk: it shrinks instead, and the file stays as it is', async () => {
    await logOf(100 * MIB).addLogs(lines(6000, 500))
    const pages = Number(readValue(database, 'PRAGMA page_count'))
    const { addLogs } = logOf(100 * MIB, () => 16 * MIB - 1)
    let before = volume()
    for (let batch = 0; batch < 10; batch++) {
      await addLogs(lines(1000, 500))
      expect(volume()).toBeLessThanOrEqual(Math.max(before, 1.2 * MIB))
      before = volume()
    }
    expect(before).toBeLessThan(1.2 * MIB)
    expect(Number(readValue(database, 'PRAGMA page_count'))).toBeLessThan(1.3 * pages)
    // What is free in the file by then is given back to the disk.
    await logVolumeRepository(db, () => 0).makeRoom()
    expect(Number(readValue(database, 'PRAGMA page_count'))).toBeLessThan(0.5 * pages)
  })

  test('a smaller limit counts at the next start, and gives its room back', async () => {
    await logOf(100 * MIB).addLogs(lines(16_000, 500))
    database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    const before = statSync(file).size
    const deleted = await logVolumeRepository(db, () => 100 * MIB).trimLogs(MIB)
    expect(volume()).toBeLessThanOrEqual(MIB)
    expect(rows()).toBe(16_000 - deleted)
    expect(statSync(file).size).toBeLessThan(before - 4 * MIB)
    expect(await logVolumeRepository(db, () => 100 * MIB).trimLogs(MIB)).toBe(0)
  })

  test('gives way where the disk is full: then the next write has room', async () => {
    await logOf(100 * MIB).addLogs(lines(8000, 500))
    const pages = Number(readValue(database, 'PRAGMA page_count'))
    database.run(`PRAGMA max_page_count = ${pages}`)
    const { addLogs } = logOf(100 * MIB)
    expect(await addLogs(lines(2000, 500)).catch((error: unknown) => error)).toMatchObject({ kind: 'full' })
    const free = (): number => (pages - Number(readValue(database, 'PRAGMA page_count'))) * 4096
    const { makeRoom } = logVolumeRepository(db, () => free() + 13 * MIB)
    expect(await makeRoom()).toBeGreaterThan(2000)
    expect(free()).toBeGreaterThan(3 * MIB - 1)
    expect(volume()).toBeGreaterThan(0.9 * MIB)
    expect(await addLogs(lines(2000, 500))).toHaveLength(2000)
  })

  test('keeps its newest MiB where something else fills the disk', async () => {
    await logOf(100 * MIB).addLogs(lines(5000, 500))
    const { makeRoom } = logVolumeRepository(db, () => 0)
    expect(await makeRoom()).toBeGreaterThan(0)
    expect(volume()).toBeGreaterThan(0.9 * MIB)
    expect(await makeRoom()).toBe(0)
  })

  test('stays as it is where there is room', async () => {
    await logOf(100 * MIB).addLogs(lines(2000, 2000))
    expect(await logVolumeRepository(db, () => 20 * MIB).makeRoom()).toBe(0)
    expect(rows()).toBe(2000)
  })
})

test('what an older database already had is counted', async () => {
  const directory = temporaryDirectory()
  const { MIGRATIONS } = await import('./migrations/all.ts')
  await (await openStore({ directory, migrations: MIGRATIONS.filter(({ version }) => version < 9) })).close()
  const database = connect(join(directory, 'zwitness.db'))
  database.run(`INSERT INTO log (at, level, component, message, fields) VALUES (1, 'info', 'c', 'four', '{}')`)
  disconnect(database)
  await (await openStore({ directory })).close()
  const after = connect(join(directory, 'zwitness.db'))
  expect(Number(readValue(after, 'SELECT bytes FROM log_volume'))).toBe(120 + 'c'.length + 'four'.length + '{}'.length)
  disconnect(after)
})
