import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import type { Store } from '#lib/db/types.ts'
import { removePath } from '#lib/host/files.ts'
import type { DatabaseAsked } from '#lib/inspect/doctor/witness.ts'
import { type BackupState, type Backups, createBackups } from '#lib/upkeep/backups.ts'
import { RESTORING } from '#lib/upkeep/restore.ts'
import { type BackupTrouble, lastBackupAt } from '#lib/upkeep/warnings.ts'
import type { WarningSource } from './warnings.ts'

// Copies of the database: where they are, and when one is due.

interface Parts {
  readonly store: Pick<Store, 'invocations'>
  readonly dataDirectory: string
  readonly config: () => Config
  readonly now: () => number
}

const FUNCTION = 'back-up'

export async function openBackups({ store, dataDirectory, config, now }: Parts): Promise<Backups> {
  await removePath(join(dataDirectory, RESTORING))
  return createBackups({
    database: join(dataDirectory, 'zwitness.db'),
    directory: join(dataDirectory, 'backups'),
    kept: () => config().retention.backups,
    zone: () => config().scheduler.timezone,
    now,
    lastFailure: await lastFailure(store),
  })
}

async function lastFailure(store: Parts['store']): Promise<BackupState['failure']> {
  const [newest] = await store.invocations(FUNCTION, 1)
  if (newest === undefined || !['FAILED', 'TIMED_OUT'].includes(newest.state)) return null
  return { at: newest.startedAt, message: newest.error ?? 'it is not on record why' }
}

export function backupSource(trouble: () => BackupTrouble | null): WarningSource {
  return {
    about: 'Whether the database is backed up',
    now: () => {
      const found = trouble()
      return found === null ? [] : [`${found.message} ${found.cure}`]
    },
  }
}

/** What the doctor asks of the database. What is wrong is in its report, never thrown. */
export function databaseOf(backups: Backups, trouble: () => BackupTrouble | null): DatabaseAsked {
  return {
    integrity: () =>
      backups.facts().then(
        ({ integrity }) => integrity,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    backups: () => ({
      last: backups.state().files[0] ?? null,
      directory: backups.state().directory,
      trouble: trouble(),
    }),
  }
}

const DAY_MS = 86_400_000

/** A machine that is off at night is never there when the schedule says so. */
export function isBackupDue(backups: Pick<Backups, 'state'>, now: number): boolean {
  const last = lastBackupAt(backups.state())
  return last === null || now - last > DAY_MS
}
