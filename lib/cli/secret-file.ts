import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { isSecretOpen, modeText, openFilesAllowed } from '#lib/host/file-facts.ts'
import { shellWord, UsageError } from './failure.ts'

const MOST_BYTES = 64 * 1024

/** A token or a password in a file, which nobody else may read. A pipe of the shell will do. @throws UsageError */
export function readSecretFile(option: string, file: string): string {
  const refused = (why: string): UsageError => new UsageError(`${option} ${file} ${why}.`)
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw refused(`cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  try {
    const facts = fstatSync(descriptor)
    const open = { mode: facts.mode & 0o7777, gid: facts.gid }
    if (facts.isFile() && isSecretOpen(open) && !openFilesAllowed())
      throw refused(`may be read or changed by others (mode ${modeText(open)}): chmod 600 ${shellWord(file)}`)
    if (!facts.isFile() && !facts.isFIFO()) throw refused('is no plain file')
    const buffer = Buffer.alloc(MOST_BYTES + 1)
    let length = 0
    for (let read = -1; read !== 0; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null)
    if (length > MOST_BYTES) throw refused(`has more than ${MOST_BYTES / 1024} KiB`)
    return buffer.toString('utf8', 0, length)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw refused(`cannot be read: ${error instanceof Error ? error.message : error}`)
  } finally {
    closeSync(descriptor)
  }
}
