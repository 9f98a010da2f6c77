import { Deno } from '@deno/shim-deno'
import { isNotFound } from './errors.ts'

/** Makes the directory (and its parents) if needed, and gives it exactly this mode. */
export async function ensureDirectory(path: string, mode = 0o700): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode })
  await Deno.chmod(path, mode)
}

/** Names of the entries, sorted. */
export async function listDirectory(path: string): Promise<readonly string[]> {
  const names: string[] = []
  for await (const entry of Deno.readDir(path)) names.push(entry.name)
  return names.sort()
}

/** A new private directory (0700) under the system's temporary one. */
export const makeTemporaryDirectory = (prefix = 'zwitness-'): Promise<string> => Deno.makeTempDir({ prefix })

/** Removes a file or a whole directory; one that is not there is fine. */
export async function removePath(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
