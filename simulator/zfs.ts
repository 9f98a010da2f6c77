/**
 * Answers like `zfs`, `zpool` and `date` of a SAN that exists only in a directory:
 * `bun simulator/zfs.ts zfs|zpool|date ARGUMENTS…`, with ZWITNESS_SIM_DIR and, optionally, ZWITNESS_SIM_USER.
 * Each remote command starts it anew: keep the imports few.
 */

import { dlopen } from 'bun:ffi'
import { readFileSync, readSync, writeSync } from 'node:fs'
import { run } from './run.ts'
import { ownMark } from './state/process-mark.ts'
import type { CommandIo } from './words/command-io.ts'

/** Runs the command line of this process; returns its exit code. */
async function main(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const directory = env.ZWITNESS_SIM_DIR
  if (!directory) {
    processIo.tell(2, 'Set ZWITNESS_SIM_DIR to the directory of the simulated SAN.\n')
    return 1
  }
  dieOfBrokenPipe()
  const user = env.ZWITNESS_SIM_USER || 'root'
  return run(argv, { directory, user, io: processIo, owner: ownMark(), now: Date.now })
}

const brokenPipe = 13

const libc = dlopen(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6', {
  signal: { args: ['i32', 'ptr'], returns: 'ptr' },
})

/** The runtime ignores SIGPIPE; `zfs` does not, and its callers look at the 141. */
function dieOfBrokenPipe(): void {
  libc.symbols.signal(brokenPipe, null)
}

/** Of this process. Writing to a reader that went away ends it by SIGPIPE, as it ends `zfs send`. */
const processIo: CommandIo = {
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

process.exit(await main(process.argv.slice(2), process.env))
