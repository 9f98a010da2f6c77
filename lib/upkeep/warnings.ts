import { counted, iso } from '#lib/text/words.ts'
import type { BackupState } from './backups.ts'

/** Two nights without one. */
const OLD_MS = 48 * 3600_000

interface Since {
  /** Epoch ms. */
  readonly now: number
  /** Epoch ms: since when there could have been one. */
  readonly startedAt: number
}

export interface BackupTrouble {
  readonly message: string
  readonly cure: string
}

/** What is wrong with the backups of the database; null: nothing. */
export function backupTrouble({ files, failure, directory }: BackupState, since: Since): BackupTrouble | null {
  const last = files[0] ?? null
  const newest = last === null ? 'There is none.' : `The newest one is of ${iso(last.at)}.`
  if (failure !== null)
    return {
      message: `The backup of the database failed at ${iso(failure.at)}: ${sentence(failure.message)} ${newest}`,
      cure: '`zwitness fn run back-up` tries again.',
    }
  const age = since.now - (last?.at ?? since.startedAt)
  if (age <= OLD_MS) return null
  return {
    message: `The database was not backed up for ${counted(Math.floor(age / 86_400_000), 'day')}. ${newest}`,
    cure: `\`zwitness fn run back-up\` makes one now; it is made every night while the service and its scheduler run, in ${directory}.`,
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Of the newest backup, epoch ms; null: there is none. */
export const lastBackupAt = ({ files }: Pick<BackupState, 'files'>): number | null => files[0]?.at ?? null
