import type { EngineLog } from '#lib/engine/ports.ts'
import type { OpenFile } from '#lib/inspect/doctor/open-files.ts'
import { lately } from './lately.ts'

// What weakens the witness itself: one list, from whoever knows of such a thing.

export interface WarningSource {
  /** What it looks at, as it reads in "… could not be found out". */
  readonly about: string
  /** Sentences, each with its cure; none: all is well. Every status asks, so it neither waits for a disk nor for a network. */
  now(): readonly string[] | Promise<readonly string[]>
}

/** All sources in their order. One that fails is said in its place, and the others go on. */
export function createWarnings(
  sources: readonly WarningSource[],
  log: Pick<EngineLog, 'error'>,
): () => Promise<readonly string[]> {
  const ask = async ({ about, now }: WarningSource): Promise<readonly string[]> => {
    try {
      return await now()
    } catch (error) {
      log.error(`${about} could not be found out: ${error}`)
      return [`${about} could not be found out. The log says why.`]
    }
  }
  return async () => (await Promise.all(sources.map(ask))).flat()
}

const OPEN_FILES_MS = 10_000

interface OpenFilesParts {
  readonly find: () => Promise<readonly OpenFile[]>
  readonly atStart: readonly OpenFile[]
  readonly log: Pick<EngineLog, 'error'>
  readonly now: () => number
}

/** What others on this machine could change, of all that decides what the witness does. */
export function openFileWarnings({ find, atStart, log, now }: OpenFilesParts): WarningSource {
  const about = 'Who may read and write our own files'
  const failed = (error: unknown): void => log.error(`${about} could not be found out: ${error}`)
  const known = lately(atStart, find, { ms: OPEN_FILES_MS, now, failed })
  return { about, now: () => known().map(({ message, cure }) => `${message} ${cure}`) }
}
