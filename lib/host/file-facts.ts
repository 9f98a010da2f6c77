import { Deno } from '@deno/shim-deno'
import { isNotFound } from './errors.ts'

export interface FileFacts {
  readonly isFile: boolean
  readonly isDirectory: boolean
  /** Permission bits only (`0o600`). */
  readonly mode: number
  readonly uid: number
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
