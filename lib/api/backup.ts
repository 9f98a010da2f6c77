import { StoreError } from '#lib/db/errors.ts'
import { Problem } from '#lib/runtime/problem.ts'

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
