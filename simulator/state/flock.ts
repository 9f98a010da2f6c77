import { dlopen } from 'bun:ffi'
import { closeSync, openSync } from 'node:fs'

const exclusive = 2

// The kernel lets go of a flock when its owner dies, however it dies; a lock made of files would need a guess.
const libc = dlopen(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6', {
  flock: { args: ['i32', 'i32'], returns: 'i32' },
})

/** Runs `work` while no other process holds the lock on `file`; waits for it without a limit. */
export function withLock<T>(file: string, work: () => T): T {
  const descriptor = openSync(file, 'a')
  try {
    // A signal may interrupt the wait.
    while (libc.symbols.flock(descriptor, exclusive) !== 0) Bun.sleepSync(1)
    return work()
  } finally {
    closeSync(descriptor)
  }
}
