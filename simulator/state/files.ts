import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** True when the error says that the file is not there. */
export const isMissing = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT'

/** The parsed file, or null when there is none. */
export function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

let counter = 0

/** Replaces the file in one step: a reader sees the old text or the new one, also when the writer is killed. */
export function writeJson(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}.${++counter}.tmp`
  writeFileSync(temporary, JSON.stringify(value))
  renameSync(temporary, file)
}
