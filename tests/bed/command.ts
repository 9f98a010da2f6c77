import { run } from '#simulator/run.ts'
import { markInside } from '#simulator/state/process-mark.ts'
import { BrokenPipe } from './pipe.ts'

/** A command was killed; what it had done up to then stays done. */
export class Killed extends Error {}

export interface Streams {
  readonly read: (buffer: Uint8Array, offset: number, length: number) => Promise<number>
  readonly write: (piece: Uint8Array) => Promise<void>
  /** What a command that reads text from its stdin gets; default nothing. */
  readonly text?: string
}

export interface CommandEnd {
  /** Null: killed. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const NO_STREAMS: Streams = { read: async () => 0, write: async () => {} }

/** Runs one command of a simulated SAN in this process, through the same function as its command line does. */
export async function runCommand(
  argv: readonly string[],
  on: { readonly directory: string; readonly user: string; readonly now: () => number },
  streams: Streams = NO_STREAMS,
): Promise<CommandEnd> {
  const owner = markInside()
  const told = { 1: '', 2: '' }
  const end = (exitCode: number | null): CommandEnd => ({ exitCode, stdout: told[1], stderr: told[2] })
  try {
    const words = argv[0] === 'sudo' ? argv.slice(argv.indexOf('zfs')) : argv
    return end(
      await run(words, {
        ...on,
        owner: owner.mark,
        io: {
          ...streams,
          readText: () => streams.text ?? '',
          tell: (descriptor, text) => {
            told[descriptor] += text
          },
        },
      }),
    )
  } catch (error) {
    if (error instanceof Killed) return end(null)
    // Killed by SIGPIPE, as a shell reports it.
    if (error instanceof BrokenPipe) return end(141)
    throw error
  } finally {
    owner.end()
  }
}
