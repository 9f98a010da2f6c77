import { Deno } from '@deno/shim-deno'

let serial = 0

/**
 * Replaces a file as a whole: written beside it, flushed to the disk, renamed over it. Whoever reads sees the old text
 * or the new one, also after a crash. `mode` in octal, 0600 unless told otherwise.
 */
export async function writeTextFileAtomic(path: string, text: string, mode = 0o600): Promise<void> {
  serial += 1
  const temporary = `${path}.${Deno.pid}-${serial}.tmp`
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true, mode })
    try {
      const bytes = new TextEncoder().encode(text)
      for (let written = 0; written < bytes.length; ) written += await file.write(bytes.subarray(written))
      await Deno.fdatasync(file.rid)
    } finally {
      file.close()
    }
    // The mode given to open() is cut by the umask; a private file must be exactly what was asked for.
    await Deno.chmod(temporary, mode)
    await Deno.rename(temporary, path)
  } catch (error) {
    await Deno.remove(temporary).catch(() => undefined)
    throw error
  }
}
