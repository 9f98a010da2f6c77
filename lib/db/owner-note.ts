import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** What the owner of a data directory says of itself. The lock decides; this is only for the message and to find the socket. */
export interface OwnerNote {
  readonly pid: number
  /** Epoch ms. */
  readonly since: number
  readonly socketPath: string | null
}

export function writeOwnerNote(file: string, note: OwnerNote): void {
  const partial = `${file}.${note.pid}`
  writeFileSync(partial, `${JSON.stringify(note)}\n`, { mode: 0o600 })
  renameSync(partial, file)
}

/** Null where there is none, or it is unreadable: then the owner is unknown, not absent. */
export function readOwnerNote(file: string): OwnerNote | null {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isOwnerNote(note) ? note : null
  } catch {
    // Expected: the owner has taken the lock but not yet written its note.
    return null
  }
}

function isOwnerNote(note: unknown): note is OwnerNote {
  if (typeof note !== 'object' || note === null) return false
  const { pid, since, socketPath } = note as Partial<Record<keyof OwnerNote, unknown>>
  return typeof pid === 'number' && typeof since === 'number' && (socketPath === null || typeof socketPath === 'string')
}
