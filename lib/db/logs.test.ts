import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { connect, Dialect, disconnect, readValue } from './driver.ts'
import { logsRepository, logVolumeRepository } from './logs.ts'
import { openStore } from './open.ts'
import type { Schema } from './schema.ts'
import { freshStore, temporaryDirectory } from './store-fixture.ts'
import type { LogRecord } from './types.ts'

describe('logs', () => {
  const line = (change: Partial<LogRecord> = {}): Omit<LogRecord, 'id'> => ({
    at: 1,
    level: 'info',
    component: 'scan',
    message: 'looked',
    runId: null,
    datasetId: null,
    host: null,
    requestId: null,
    fields: {},
    ...change,
  })

  test('get rising ids in the order given, also over many inserts', async () => {
    const store = await freshStore()
    const ids = await store.addLogs(Array.from({ length: 1203 }, (_, n) => line({ message: `line ${n}` })))
    expect(ids).toHaveLength(1203)
    expect(ids.every((id, n) => n === 0 || id > (ids[n - 1] ?? 0))).toBe(true)
    const { items } = await store.logs({ limit: 1, text: 'line 700' })
    expect(items[0]?.id).toBe(ids[700])
    expect(await store.addLogs([])).toEqual([])
  })

  test('are read newest first by cursor, or followed upwards after an id', async () => {
    const store = await freshStore()
    const ids = await store.addLogs(Array.from({ length: 5 }, () => line()))
    const first = await store.logs({ limit: 3 })
    const second = await store.logs({ limit: 3, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map((record) => record.id)).toEqual([...ids].reverse())
    expect(second.nextCursor).toBeNull()
    const followed = await store.logs({ limit: 2, after: ids[1] })
    const more = await store.logs({ limit: 2, cursor: followed.nextCursor ?? '' })
    expect([...followed.items, ...more.items].map((record) => record.id)).toEqual(ids.slice(2))
  })

  test('are found across many pieces, in either direction, and not past where a cursor stands', async () => {
    const store = await freshStore()
    const many = Array.from({ length: 25_000 }, (_, n) => line({ message: n % 9000 === 5 ? `needle ${n}` : 'hay' }))
    const ids = await store.addLogs(many)
    const messages = async (query: object) => {
      const { items, nextCursor } = await store.logs({ limit: 2, text: 'needle', ...query })
      return { found: items.map(({ message }) => message), nextCursor }
    }
    const newest = await messages({})
    expect(newest.found).toEqual(['needle 18005', 'needle 9005'])
    expect(await messages({ cursor: newest.nextCursor ?? '' })).toEqual({ found: ['needle 5'], nextCursor: null })
    const oldest = await messages({ after: 0 })
    expect(oldest.found).toEqual(['needle 5', 'needle 9005'])
    expect((await messages({ cursor: oldest.nextCursor ?? '' })).found).toEqual(['needle 18005'])
    expect((await messages({ after: ids[18_005] })).found).toEqual([])
    expect(await store.logStart({ text: 'needle' }, 2)).toBe(ids[9005] ?? 0)
    expect(await store.logStart({ text: 'needle' }, 99)).toBe(ids[5] ?? 0)
    expect(await store.logStart({}, 20_000)).toBe(ids[5000] ?? 0)
    expect(await store.logStart({ text: 'nothing' }, 2)).toBeNull()
  })

  test('answer each filter; level is the lowest wanted, text is taken literally', async () => {
    const store = await freshStore()
    await store.addLogs([
      line({ level: 'debug', message: '100% done', runId: 7 }),
      line({ level: 'warn', message: '100 done', host: 'hqs8', at: 50 }),
      line({
        level: 'error',
        message: 'failed',
        datasetId: 'gone',
        component: 'repair',
        fields: { stderr: 'No_space' },
      }),
    ])
    const found = async (query: object) =>
      (await store.logs({ limit: 9, ...query })).items.map((record) => record.message)
    expect(await found({ level: 'warn' })).toEqual(['failed', '100 done'])
    expect(await found({ text: '100%' })).toEqual(['100% done'])
    expect(await found({ text: 'no_SPACE' })).toEqual(['failed'])
    expect(await found({ text: 'No.space' })).toEqual([])
    expect(await found({ host: 'hqs8' })).toEqual(['100 done'])
    expect(await found({ runId: 7 })).toEqual(['100% done'])
    expect(await found({ datasetId: 'gone', component: 'repair' })).toEqual(['failed'])
    expect(await found({ from: 50, to: 51 })).toEqual(['100 done'])
  })
})

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
