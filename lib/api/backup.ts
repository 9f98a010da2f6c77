import { z } from 'zod'
import type { DatabaseFacts } from '#lib/db/copy.ts'
import { StoreError } from '#lib/db/errors.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { iso, isoStamp } from '#lib/text/words.ts'
import type { BackupState } from '#lib/upkeep/backups.ts'
import type { Download } from '#lib/upkeep/download.ts'
import { Timestamp } from './fields.ts'

/** Awaits what reads or copies the database; why it could not becomes a problem that says so. */
export async function withBackups<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.kind === 'busy')
      throw new Problem(409, 'ALREADY_RUNNING', error.message, { retryable: true, cause: error })
    const title = 'The database could not be copied'
    const status = error.kind === 'full' ? 507 : 500
    throw new Problem(status, 'BACKUP_FAILED', error.message, { title, cause: error })
  }
}

export const BACKUP_TYPE = 'application/vnd.sqlite3'

/** Null: only what would be told of it. */
export function backupAnswer(copy: Download | null, now: number): Response {
  return new Response(copy?.stream ?? null, {
    headers: {
      'Content-Type': BACKUP_TYPE,
      'Content-Disposition': `attachment; filename="zwitness-${isoStamp(now)}.sqlite"`,
      'Cache-Control': 'no-store',
      ...(copy === null ? {} : { 'Content-Length': String(copy.bytes) }),
    },
  })
}

export const Database = z
  .object({
    schemaVersion: z.number().int(),
    integrity: z.array(z.string()).describe('What is damaged; empty: it is whole.'),
    bytes: z.number().int().describe('With its write-ahead log.'),
    freeBytes: z.number().int().describe('In the file, for what is still to come.'),
    tables: z.array(z.object({ name: z.string(), rows: z.number().int() })).describe('Empty where it is damaged.'),
    backups: z.object({
      directory: z.string().describe('On the machine of the service.'),
      files: z.array(z.object({ name: z.string(), at: Timestamp, bytes: z.number().int() })).describe('Newest first.'),
      failure: z
        .object({ at: Timestamp, message: z.string() })
        .nullable()
        .describe('The newest nightly one, where it came to nothing.'),
    }),
  })
  .meta({ id: 'Database', description: 'The database of the witness.' })

export function databaseView(
  facts: DatabaseFacts,
  { directory, files, failure }: BackupState,
): z.input<typeof Database> {
  const { schemaVersion, integrity, bytes, freePages, pageBytes, tables } = facts
  return {
    schemaVersion,
    integrity: integrity === 'ok' ? [] : integrity.split('\n'),
    bytes,
    freeBytes: freePages * pageBytes,
    tables: [...tables],
    backups: {
      directory,
      files: files.map((file) => ({ ...file, at: iso(file.at) })),
      failure: failure && { ...failure, at: iso(failure.at) },
    },
  }
}
