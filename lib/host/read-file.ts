import { Deno } from '@deno/shim-deno'
import { isNotFound } from './errors.ts'

/** Throws when it cannot be read; `systemErrorCode(error)` says why. */
export const readTextFile = (path: string): Promise<string> => Deno.readTextFile(path)

/** Null when there is no such file. Every other failure is thrown: a file that cannot be read is not a missing one. */
export async function readTextFileIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path)
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}
