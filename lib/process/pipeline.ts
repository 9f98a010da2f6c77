import { makeTemporaryDirectory, removePath } from '#lib/host/files.ts'
import { closeSync, constants, openSync } from '#lib/host/system-calls.ts'
import { type Child, startChild } from './child.ts'
import { runCommand } from './run-command.ts'

export interface Stage {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly onStderr?: (chunk: Uint8Array) => void
  readonly onStderrEnd?: () => void
}

/** Stages joined by kernel pipes: stage n writes to stage n + 1. */
export interface Pipeline {
  /**
   * Starts one stage; each once, in any order (the receiver first, so that nothing is sent before it is ready). The first
   * one's stdin is a pipe of ours, open until `endInput`; the last one's stdout is dropped.
   */
  start(index: number): Child
  /** Lets go of the ends of stages that were never started: their neighbours see the end of their input. */
  abandon(): void
}

export async function openPipeline(stages: readonly Stage[]): Promise<Pipeline> {
  const pipes: KernelPipe[] = []
  const open = new Set<number>()
  const close = (descriptor: number): void => {
    if (open.delete(descriptor)) closeSync(descriptor)
  }
  const abandon = (): void => {
    for (const descriptor of [...open]) close(descriptor)
  }
  try {
    for (let index = 1; index < stages.length; index += 1) {
      const pipe = await openKernelPipe()
      pipes.push(pipe)
      open.add(pipe.readEnd).add(pipe.writeEnd)
    }
  } catch (error) {
    abandon()
    throw error
  }
  return {
    start(index) {
      const stage = stages[index]
      if (stage === undefined) throw new Error(`A pipeline of ${stages.length} stages has no stage ${index}`)
      const stdin = pipes[index - 1]?.readEnd ?? 'open'
      const stdout = pipes[index]?.writeEnd ?? 'ignore'
      const child = startChild({ ...stage, stdin, stdout })
      // The child has its own copies. Ours would keep the neighbour waiting for an end of file for ever.
      if (typeof stdin === 'number') close(stdin)
      if (typeof stdout === 'number') close(stdout)
      return child
    },
    abandon,
  }
}

/** Two descriptors of one pipe of the kernel. Give each to a child, and close it here at once. */
interface KernelPipe {
  readonly readEnd: number
  readonly writeEnd: number
}

/**
 * A pipe between two children whose bytes never come through this process. Neither Bun nor Node offers pipe(2), so it is
 * a FIFO that loses its name at once. All descriptors are close-on-exec: no other child keeps it open.
 */
async function openKernelPipe(): Promise<KernelPipe> {
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
