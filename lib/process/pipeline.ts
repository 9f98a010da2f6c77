import { closeSync } from 'node:fs'
import { type Child, startChild } from './child.ts'
import { type KernelPipe, openKernelPipe } from './kernel-pipe.ts'

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
