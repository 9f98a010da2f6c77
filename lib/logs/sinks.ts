import { dirname } from 'node:path'
import type { LogRecord, Store } from '#lib/db/types.ts'
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from '#lib/host/system-calls.ts'
import type { LogLine } from './line.ts'

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

interface StoreSinkOptions {
  readonly store: Pick<Store, 'addLogs'>
  /** Told the lines once they are stored, with their ids. */
  readonly onStored?: (records: readonly LogRecord[]) => void
  /** Told once when storing begins to fail, and once (null) when it works again. */
  readonly onProblem: (problem: string | null) => void
  readonly flushMs?: number
}

export interface StoreSink {
  add(line: LogLine): void
  /** Everything added so far is stored, or counted as lost. */
  flush(): Promise<void>
  close(): Promise<void>
  readonly failedWrites: number
  readonly lostLines: number
  readonly problem: string | null
  readonly listenerProblem: string | null
}

/** Lines kept in memory while the database cannot take them; the oldest go first. */
const MOST_WAITING = 5000

export function createStoreSink({ store, onStored, onProblem, flushMs = 250 }: StoreSinkOptions): StoreSink {
  let waiting: LogLine[] = []
  let timer: ReturnType<typeof setTimeout> | null = null
  let writing: Promise<void> = Promise.resolve()
  let failedWrites = 0
  let lostLines = 0
  let problem: string | null = null
  let listenerProblem: string | null = null

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), flushMs)
    timer.unref()
  }
  function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    writing = writing.then(write)
    return writing
  }
  async function write(): Promise<void> {
    if (waiting.length === 0) return
    const batch = waiting
    waiting = []
    try {
      const ids = await store.addLogs(batch)
      report(null)
      announce(batch.map((line, index) => ({ id: ids[index] ?? 0, ...line })))
    } catch (error) {
      failedWrites += 1
      report(`Log lines cannot be stored: ${error instanceof Error ? error.message : error}`)
      if (mayPass(error)) keep(batch)
      else lostLines += batch.length
    }
  }
  /** Not logged: that line would be announced too, and fail again, for ever. */
  function announce(records: readonly LogRecord[]): void {
    try {
      onStored?.(records)
      listenerProblem = null
    } catch (error) {
      listenerProblem = `Stored log lines cannot be announced: ${error instanceof Error ? error.message : error}`
    }
  }
  function keep(batch: readonly LogLine[]): void {
    const all = [...batch, ...waiting]
    waiting = all.slice(-MOST_WAITING)
    lostLines += all.length - waiting.length
    // Not scheduled by itself: the next line tries again, and a full disk is not asked four times a second.
  }
  function report(now: string | null): void {
    const changed = (problem === null) !== (now === null)
    problem = now
    if (changed) onProblem(now)
  }

  return {
    add(line) {
      if (waiting.length >= MOST_WAITING) {
        waiting.shift()
        lostLines += 1
      }
      waiting.push(line)
      schedule()
    },
    flush,
    async close() {
      await flush()
      lostLines += waiting.length
      waiting = []
    },
    get failedWrites() {
      return failedWrites
    },
    get lostLines() {
      return lostLines
    },
    get problem() {
      return problem
    },
    get listenerProblem() {
      return listenerProblem
    },
  }
}

/** A full disk or a lock ends some time; a line that the database refuses would be refused for ever. */
function mayPass(error: unknown): boolean {
  const kind = typeof error === 'object' && error !== null && 'kind' in error ? error.kind : null
  return kind === 'busy' || kind === 'full' || kind === 'io' || kind === 'read-only'
}
