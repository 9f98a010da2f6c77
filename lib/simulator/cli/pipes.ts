import { dlopen } from 'bun:ffi'
import { writeSync } from 'node:fs'

const brokenPipe = 13

const libc = dlopen(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6', {
  signal: { args: ['i32', 'ptr'], returns: 'ptr' },
})

/** The runtime ignores SIGPIPE; `zfs` does not, and its callers look at the 141. */
export function dieOfBrokenPipe(): void {
  libc.symbols.signal(brokenPipe, null)
}

/** Writes all of it, also where the other side made the pipe non-blocking. */
export function writeAll(descriptor: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
      Bun.sleepSync(1)
    }
  }
}
