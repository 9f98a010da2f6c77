import { Deno } from '@deno/shim-deno'
import { environmentVariable } from './environment.ts'
import { isNotFound } from './errors.ts'

export interface FileFacts {
  readonly isFile: boolean
  readonly isDirectory: boolean
  /** Permission bits only (`0o600`). */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** Null when there is no such path; follows symbolic links. */
export async function fileFacts(path: string): Promise<FileFacts | null> {
  try {
    const info = await Deno.stat(path)
    return {
      isFile: info.isFile,
      isDirectory: info.isDirectory,
      mode: (info.mode ?? 0) & 0o7777,
      uid: info.uid ?? 0,
      gid: info.gid ?? 0,
      sizeBytes: info.size,
      modifiedAtMs: info.mtime?.getTime() ?? 0,
    }
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/** True when somebody other than the owner may read or change it: ssh refuses such a private key. */
export const isOpenToOthers = (facts: FileFacts): boolean => (facts.mode & 0o077) !== 0

/**
 * True when somebody who is neither its owner nor of our own group may change it: of many machines everybody has a group of
 * his own, and leaves its files open to it.
 */
export function othersMayWrite({ mode, gid }: Pick<FileFacts, 'mode' | 'gid'>): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== Deno.gid())
}

/** Of a secret: everybody may read it, or others may change it. A group may be given it to read. */
export const isSecretOpen = (facts: Pick<FileFacts, 'mode' | 'gid'>): boolean =>
  (facts.mode & 0o004) !== 0 || othersMayWrite(facts)

/** `0644`. */
export const modeText = ({ mode }: Pick<FileFacts, 'mode'>): string => mode.toString(8).padStart(4, '0')

/** Somebody has said that the mounts here show every file as open, whoever may reach it (docs/install.md). */
export const openFilesAllowed = (): boolean => environmentVariable('ZWITNESS_OPEN_FILES') === 'allow'
