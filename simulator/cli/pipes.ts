import { dlopen } from 'bun:ffi'
import { readFileSync, readSync, writeSync } from 'node:fs'
import type { CommandIo } from './command-io.ts'

const brokenPipe = 13

const libc = dlopen(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6', {
  signal: { args: ['i32', 'ptr'], returns: 'ptr' },
})

/** The runtime ignores SIGPIPE; `zfs` does not, and its callers look at the 141. */
export function dieOfBrokenPipe(): void {
  libc.symbols.signal(brokenPipe, null)
}

/** Of this process. Writing to a reader that went away ends it by SIGPIPE, as it ends `zfs send`. */
export const processIo: CommandIo = {
  read: (buffer, offset, length) => {
    for (;;) {
      try {
        return readSync(0, buffer, offset, length, null)
      } catch (error) {
        if ((error as { code?: string }).code === 'EOF') return 0
        waitIfBusy(error)
      }
    }
  },
  readText: () => readFileSync(0, 'utf8'),
  write: (piece) => writeAll(1, piece),
  tell: (descriptor, text) => writeAll(descriptor, new TextEncoder().encode(text)),
}

/** Also where the other side made the pipe non-blocking. */
function writeAll(descriptor: 1 | 2, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at, bytes.length - at)
    } catch (error) {
      waitIfBusy(error)
    }
  }
}

function waitIfBusy(error: unknown): void {
  const { code } = error as { code?: string }
  if (code !== 'EAGAIN' && code !== 'EINTR') throw error
  Bun.sleepSync(1)
}
