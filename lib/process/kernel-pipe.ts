import { closeSync, constants, openSync } from 'node:fs'
import { makeTemporaryDirectory, removePath } from '#lib/host/directory.ts'
import { runCommand } from './run-command.ts'

/** Two descriptors of one pipe of the kernel. Give each to a child, and close it here at once. */
export interface KernelPipe {
  readonly readEnd: number
  readonly writeEnd: number
}

/**
 * A pipe between two children whose bytes never come through this process. Neither Bun nor Node offers pipe(2), so it is
 * a FIFO that loses its name at once. All descriptors are close-on-exec: no other child keeps it open.
 */
export async function openKernelPipe(): Promise<KernelPipe> {
  const directory = await makeTemporaryDirectory('zwitness-pipe-')
  try {
    const path = `${directory}/pipe`
    const made = await runCommand({ file: 'mkfifo', args: ['-m', '600', path], timeoutMs: 10_000, maxStdoutBytes: 0 })
    if (made.exitCode !== 0) throw new Error(`mkfifo made no pipe in ${directory}: ${made.failure ?? made.stderr}`)
    // Opened for both directions a FIFO never blocks; with that one held, neither do the two real ends.
    const both = openSync(path, constants.O_RDWR)
    try {
      const readEnd = openSync(path, constants.O_RDONLY)
      return { readEnd, writeEnd: openSync(path, constants.O_WRONLY) }
    } finally {
      closeSync(both)
    }
  } finally {
    await removePath(directory)
  }
}
