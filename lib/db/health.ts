import { statSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { StoreError } from './errors.ts'
import { freeBytes } from './log-volume.ts'
import type { Schema } from './schema.ts'
import { markDamage } from './set-aside.ts'
import type { Store } from './types.ts'

/** Below this the next checkpoint may fail; a write that is rolled back never reaches the disk and would not notice. */
const LEAST_FREE_BYTES = 4 * 1024 * 1024

export function healthRepository(
  db: Kysely<Schema>,
  file: string,
): Pick<Store, 'check' | 'quickCheck' | 'integrity' | 'sizeBytes'> {
  return {
    async check() {
      await tryToWrite(db)
      const free = freeBytes(file)
      if (free < LEAST_FREE_BYTES) {
        throw new StoreError(
          'full',
          `Only ${free} bytes are free beside ${file}. Free space there before a write fails.`,
        )
      }
    },

    async quickCheck() {
      const { rows } = await sql<{ quick_check: string }>`PRAGMA quick_check(1)`.execute(db)
      const answer = rows[0]?.quick_check
      if (answer === 'ok') return
      markDamage(file)
      throw new StoreError('corrupt', `The database is damaged: ${answer}. Restart zwitness: it moves the file aside.`)
    },

    async integrity() {
      const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check(20)`.execute(db)
      return rows.map((row) => row.integrity_check).join('\n')
    },

    // stat does not open the file: opening and closing it here would drop the process's POSIX locks on it.
    async sizeBytes() {
      const parts = [file, `${file}-wal`, `${file}-shm`].map(
        (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
      )
      return parts.reduce((sum, size) => sum + size, 0)
    },
  }
}

async function tryToWrite(db: Kysely<Schema>): Promise<void> {
  const undo = new Error('A write that was only a try.')
  const line = { at: 0, level: 'debug', component: 'check', message: '', fields: '{}' } as const
  try {
    await db.transaction().execute(async (transaction) => {
      await transaction.insertInto('log').values(line).execute()
      throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
}
