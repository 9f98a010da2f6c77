import { join } from 'node:path'
import type { DatabaseFacts } from '#lib/db/copy.ts'
import { StoreError, type StoreErrorKind } from '#lib/db/errors.ts'
import type { Sound } from '#lib/db/examine.ts'
import { runCommand } from '#lib/process/run-command.ts'

/*
 * SQLite reads a whole database in seconds, and whoever asks it waits so long: the process that answers requests has it
 * done by one beside it. There is another reason: whoever opens and closes a database's file in the process that has it
 * open drops that process's locks on it.
 */

/** Some GiB on a slow disk. */
const LIMIT_MS = 2 * 3600_000
const MOST_OUTPUT = 1024 * 1024
const ROOT = join(import.meta.dir, '..', '..')

/** A checked copy of the database in use. @throws StoreError */
export const copyBeside = (
  source: string,
  target: string,
  { leave, signal }: { readonly leave: number; readonly signal?: AbortSignal },
): Promise<Sound> => ask<Sound>(['copy', source, target, String(leave)], signal)

/** Reads all of the database in use. @throws StoreError */
export const factsBeside = (source: string, signal?: AbortSignal): Promise<DatabaseFacts> =>
  ask(['facts', source], signal)

type Answer<T> =
  | { readonly done: T; readonly failed?: undefined }
  | { readonly failed: { readonly kind: StoreErrorKind; readonly message: string } }

async function ask<T>(job: readonly string[], signal?: AbortSignal): Promise<T> {
  const end = await runCommand({
    file: process.execPath,
    // As lib/setup/zwitness starts the service: nothing of the current directory has a say.
    args: [`--config=${join(ROOT, 'bunfig.toml')}`, '--no-env-file', 'run', join(import.meta.dir, 'child.ts'), ...job],
    timeoutMs: LIMIT_MS,
    maxStdoutBytes: MOST_OUTPUT,
    signal,
  })
  if (end.ended !== 'exit' || end.exitCode !== 0) {
    const how = end.failure ?? end.signal ?? (end.ended === 'exit' ? `exit code ${end.exitCode}` : end.ended)
    const said = end.stderr.trim().split('\n').at(-1) ?? ''
    throw new StoreError('other', `The process that reads the database ended early (${how}). ${said}`.trim())
  }
  const answer = JSON.parse(end.stdout.toString('utf8')) as Answer<T>
  if (answer.failed !== undefined) throw new StoreError(answer.failed.kind, answer.failed.message)
  return answer.done
}
