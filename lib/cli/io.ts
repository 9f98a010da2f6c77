import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { environmentVariables, onSignal } from '#lib/host/environment.ts'
import { systemErrorCode } from '#lib/host/files.ts'

/** Everything a command knows of the terminal and the process, so that tests can be both. */
export interface Io {
  /** Data. */
  stdout(text: string): void
  /** Messages. */
  stderr(text: string): void
  readonly stdoutIsTty: boolean
  readonly stderrIsTty: boolean
  readonly stdinIsTty: boolean
  /** Width of the terminal in cells. */
  readonly columns: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after that long, or at once when the signal fires; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Ctrl-C or SIGTERM; the function that is returned takes it back. */
  onInterrupt(handler: () => void): () => void
  /** One line typed by a person; null at the end of the input. Only where `stdinIsTty`. */
  ask(question: string): Promise<string | null>
  /** The same without showing what is typed. */
  askSecret(question: string): Promise<string | null>
  /** All of the standard input, where it is no terminal. */
  readStdin(): Promise<string>
  /** Ends the process at once: for a second Ctrl-C while it is still tidying up. */
  exit(code: number): void
}

/** The real terminal and process. */
export function processIo(): Io {
  // `zwitness datasets | head`: a reader that has seen enough is no error, and nothing more needs to be written.
  process.stdout.on('error', (error) => {
    if (systemErrorCode(error) !== 'EPIPE') throw error
  })
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    stdinIsTty: process.stdin.isTTY === true,
    columns: process.stdout.columns ?? 80,
    env: environmentVariables(),
    now: Date.now,
    sleep,
    onInterrupt: (handler) => onSignal(['SIGINT', 'SIGTERM'], handler),
    ask: (question) => ask(question, process.stderr),
    askSecret: async (question) => {
      process.stderr.write(question)
      const answer = await ask('', NOWHERE)
      process.stderr.write('\n')
      return answer
    },
    readStdin: () => new Response(Bun.stdin.stream()).text(),
    exit: (code) => process.exit(code),
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal?.aborted) return Promise.resolve()
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}

/** A terminal's echo is written by readline itself: what is written here is not seen. */
const NOWHERE = new Writable({ write: (_, _encoding, done) => done() })

async function ask(question: string, output: NodeJS.WritableStream): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true })
  const { promise, resolve } = Promise.withResolvers<null>()
  lines.once('close', () => resolve(null))
  // Without its own listener readline would swallow Ctrl-C.
  lines.once('SIGINT', () => {
    lines.close()
    process.kill(process.pid, 'SIGINT')
  })
  try {
    return await Promise.race([lines.question(question), promise])
  } finally {
    lines.close()
  }
}
