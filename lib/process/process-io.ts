import { readFileSync } from 'node:fs'

export interface ProcessIo {
  /** Bytes that came back from all its read() calls, `rchar`: files, pipes, sockets. */
  readonly read: number
  /** Bytes given to all its write() calls, `wchar`. */
  readonly written: number
}

/** Null once the process is gone. Readable also in the moment between its end and its being waited for. */
export function processIo(pid: number): ProcessIo | null {
  try {
    const text = readFileSync(`/proc/${pid}/io`, 'latin1')
    const read = /^rchar: (\d+)$/m.exec(text)?.[1]
    const written = /^wchar: (\d+)$/m.exec(text)?.[1]
    return read === undefined || written === undefined ? null : { read: Number(read), written: Number(written) }
  } catch {
    return null
  }
}
