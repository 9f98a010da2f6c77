import { Deno } from '@deno/shim-deno'
import { environmentVariable } from './environment.ts'

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

let serial = 0

/**
 * Replaces a file as a whole: written beside it, flushed to the disk, renamed over it. Whoever reads sees the old text
 * or the new one, also after a crash. `mode` in octal, 0600 unless it says otherwise.
 */
export const writeTextFileAtomic = (path: string, text: string, mode = 0o600): Promise<void> =>
  writePiecesAtomic(path, [new TextEncoder().encode(text)], { mode })

/** The same with what comes piece by piece. `check` is given what was written, under its temporary name, and may refuse it by throwing. */
export async function writePiecesAtomic(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { mode = 0o600, check }: { readonly mode?: number; readonly check?: (temporary: string) => Promise<void> } = {},
): Promise<void> {
  serial += 1
  const temporary = `${path}.${Deno.pid}-${serial}.tmp`
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true, mode })
    try {
      for await (const bytes of pieces)
        for (let written = 0; written < bytes.length; ) written += await file.write(bytes.subarray(written))
      await Deno.fdatasync(file.rid)
    } finally {
      file.close()
    }
    // The mode given to open() is cut by the umask; a private file must be exactly what was asked for.
    await Deno.chmod(temporary, mode)
    await check?.(temporary)
    await Deno.rename(temporary, path)
  } catch (error) {
    await Deno.remove(temporary).catch(() => undefined)
    throw error
  }
}

interface FileFacts {
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

/** True when someone other than the owner may read or change it: ssh refuses such a private key. */
export const isOpenToOthers = (facts: FileFacts): boolean => (facts.mode & 0o077) !== 0

/**
 * True when someone who is neither its owner nor of our own group may change it: of many machines everyone has a group of
 * his own, and leaves its files open to it.
 */
export function othersMayWrite({ mode, gid }: Pick<FileFacts, 'mode' | 'gid'>): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== Deno.gid())
}

/** Of a secret: everyone may read it, or others may change it. A group may be given it to read. */
export const isSecretOpen = (facts: Pick<FileFacts, 'mode' | 'gid'>): boolean =>
  (facts.mode & 0o004) !== 0 || othersMayWrite(facts)

/** `0644`. */
export const modeText = ({ mode }: Pick<FileFacts, 'mode'>): string => mode.toString(8).padStart(4, '0')

/** Someone has said that the mounts here show every file as open, whoever may reach it (docs/install.md). */
export const openFilesAllowed = (): boolean => environmentVariable('ZWITNESS_OPEN_FILES') === 'allow'

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

/**
 * The system's name of a failure (`ENOENT`, `EACCES`, …), or null when the error is none of the system's.
 * The shim turns only some of them into classes (an EACCES stays a plain Error), so both forms are read here, once.
 */
export function systemErrorCode(error: unknown): string | null {
  if (error instanceof Deno.errors.NotFound) return 'ENOENT'
  if (error instanceof Deno.errors.AlreadyExists) return 'EEXIST'
  if (error instanceof Deno.errors.PermissionDenied) return 'EACCES'
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return null
}

export const isNotFound = (error: unknown): boolean => systemErrorCode(error) === 'ENOENT'

export const isPermissionDenied = (error: unknown): boolean =>
  ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '')
