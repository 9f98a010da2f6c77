import { mkdirSync } from 'node:fs'
import { StoreError } from './errors.ts'

/** Makes the directory where it is missing, for its owner alone. Throws StoreError. */
export function ensureDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const why = `The data directory ${directory} cannot be used (${String(cause)}).`
    throw new StoreError('io', `${why} Mount a directory there that the user zwitness runs as may write.`, { cause })
  }
}
