import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { connect, Dialect, disconnect } from './driver.ts'
import { StoreError, toStoreError } from './errors.ts'
import type { Schema } from './schema.ts'
import { freshStore, temporaryDirectory } from './store-fixture.ts'

const line = {
  at: 1,
  level: 'info',
  component: 'c',
  message: 'm',
  runId: null,
  datasetId: null,
  host: null,
  requestId: null,
  fields: {},
} as const

test('a lock held by another process is a StoreError of kind busy, and passes', async () => {
  const directory = temporaryDirectory()
  const store = await freshStore(directory)
  const other = connect(join(directory, 'zwitness.db'))
  other.run('BEGIN IMMEDIATE')
  const refused = await store.addLogs([line]).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(StoreError)
  expect(refused).toMatchObject({ kind: 'busy' })
  other.run('ROLLBACK')
  disconnect(other)
  expect(await store.addLogs([line])).toHaveLength(1)
})

test('a full disk is a StoreError of kind full; the transaction is gone as a whole and reading goes on', async () => {
  const directory = temporaryDirectory()
  await (await freshStore(directory)).close()
  const database = connect(join(directory, 'zwitness.db'))
  const db = new Kysely<Schema>({ dialect: new Dialect(database) })
  const host = (id: string) => ({ id, hostname: 'h'.repeat(3000), port: 22, ssh_user: 'u', retired_at: null })
  await db.insertInto('san_host').values(host('first')).execute()
  database.run('PRAGMA max_page_count = 1')
  const refused = await db
    .transaction()
    .execute(async (transaction) => {
      for (let n = 0; n < 50; n++)
        await transaction
          .insertInto('san_host')
          .values(host(`h${n}`))
          .execute()
    })
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(StoreError)
  expect(refused).toMatchObject({ kind: 'full', code: 'SQLITE_FULL' })
  expect(await db.selectFrom('san_host').select('id').execute()).toEqual([{ id: 'first' }])
  await db.destroy()
  disconnect(database)
})

describe('toStoreError', () => {
  test('leaves other errors as they are', () => {
    const error = new TypeError('not ours')
    expect(toStoreError(error)).toBe(error)
  })
})
