import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface RotatingFileOptions {
  readonly path: string
  /** A file is closed before it would pass this size. */
  readonly maxBytes?: number
  /** Files in all, the one being written included: `x.log`, `x.log.1` (newest) … `x.log.9`. */
  readonly files?: number
  /** Told once when writing begins to fail, and once (null) when it works again. */
  readonly onProblem: (problem: string | null) => void
  readonly now?: () => number
}

export interface RotatingFile {
  /** Never throws: a log that cannot be written must not stop the service. */
  write(line: string): void
  close(): void
}

const RETRY_MS = 60_000

export function createRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, maxBytes = 20 * 1024 * 1024, files = 10, onProblem, now = Date.now } = options
  let file: { readonly descriptor: number; size: number } | null = null
  let failedAt: number | null = null

  function open() {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 })
    const descriptor = openSync(path, 'a', 0o640)
    return { descriptor, size: fstatSync(descriptor).size }
  }
  function close(): void {
    const open = file
    file = null
    if (open) closeSync(open.descriptor)
  }
  function rotate(): void {
    close()
    rmSync(`${path}.${files - 1}`, { force: true })
    for (let n = files - 2; n >= 0; n--) moveIfThere(n === 0 ? path : `${path}.${n}`, `${path}.${n + 1}`)
  }
  function append(line: string): void {
    const bytes = Buffer.from(line)
    file ??= open()
    if (file.size > 0 && file.size + bytes.length > maxBytes) {
      rotate()
      file = open()
    }
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(file.descriptor, bytes, done)
      done += written
      file.size += written
    }
  }

  return {
    write(line) {
      // A full or missing disk is tried again now and then, not at every line.
      if (failedAt !== null && now() - failedAt < RETRY_MS) return
      try {
        append(line)
        if (failedAt !== null) onProblem(null)
        failedAt = null
      } catch (error) {
        if (failedAt === null)
          onProblem(`The log file ${path} cannot be written: ${error instanceof Error ? error.message : error}`)
        failedAt = now()
        closeQuietly(close)
      }
    },
    close: () => closeQuietly(close),
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function closeQuietly(close: () => void): void {
  try {
    close()
  } catch {
    // What a failing close could still lose was reported when it was written, or is on its way to the disk.
  }
}
