import { readdirSync, readFileSync } from '#lib/host/system-calls.ts'

/** All living descendants of a process, children before grandchildren. Linux only (`/proc`). */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(Number(name))
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const waiting = [pid]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const here = children.get(next) ?? []
    found.push(...here)
    waiting.push(...here)
  }
  return found
}

function parentOf(pid: number): number | null {
  try {
    // `pid (name) state ppid …`: the name may hold anything, so count from its closing bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    // It ended while we were looking.
    return null
  }
}

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

/** Open files of this process, sockets and pipes among them; null: not known here. */
export function openFileCount(): number | null {
  try {
    // The directory itself is open while it is read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return null
  }
}
