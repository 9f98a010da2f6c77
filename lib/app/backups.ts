import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import type { Store } from '#lib/db/types.ts'
import { removePath } from '#lib/host/files.ts'
import { type BackupState, type Backups, createBackups } from '#lib/upkeep/backups.ts'
import { RESTORING } from '#lib/upkeep/restore.ts'
import { backupWarnings, lastBackupAt } from '#lib/upkeep/warnings.ts'
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

export function backupSource(backups: Pick<Backups, 'state'>, startedAt: number, now: () => number): WarningSource {
  return {
    about: 'Whether the database is backed up',
    now: () => backupWarnings(backups.state(), { now: now(), startedAt }),
  }
}

const DAY_MS = 86_400_000

/** A machine that is off at night is never there when the schedule says so. */
export function isBackupDue(backups: Pick<Backups, 'state'>, now: number): boolean {
  const last = lastBackupAt(backups.state())
  return last === null || now - last > DAY_MS
}
