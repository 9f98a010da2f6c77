import { expect, test } from 'bun:test'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { connect, disconnect } from './driver.ts'
import { copyDatabase, makePrivate } from './files.ts'
import { acquireOwner } from './owner-lock.ts'

test('whatever the umask, nothing of the database is ever open to others: SQLite finds the file made', () => {
  const before = process.umask(0)
  try {
    const directory = temporaryDirectory()
    makePrivate(join(directory, 'first'))
    const owner = acquireOwner(directory)
    const database = connect(join(directory, 'zwitness.db'))
    database.run('CREATE TABLE a (b)')
    copyDatabase(database, join(directory, 'copy'))
    const modes = readdirSync(directory).map((name) => [
      name,
      (statSync(join(directory, name)).mode & 0o777).toString(8),
    ])
    expect(modes.map(([name]) => name)).toContain('zwitness.db-wal')
    expect(modes.filter(([, mode]) => mode !== '600')).toEqual([])
    expect(modes.length).toBeGreaterThan(5)
    disconnect(database)
    if (owner.ok) owner.release()
  } finally {
    process.umask(before)
  }
})
