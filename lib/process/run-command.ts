import { type ChildExit, startChild } from './child.ts'
import { createLineSplitter } from './line-splitter.ts'
import { createMeter } from './meter.ts'
import { createTextRing } from './text-ring.ts'
import { type EndReason, watch } from './watch.ts'

export interface CommandRequest {
  readonly file: string
  readonly args: readonly string[]
  /** Besides PATH, HOME, LANG and LC_ALL; nothing else of our environment is handed on. */
  readonly env?: Readonly<Record<string, string>>
  /** `open` keeps a pipe open as long as we live; a text is written and the pipe closed. Default: /dev/null. */
  readonly stdin?: 'ignore' | 'open' | { readonly text: string }
  readonly timeoutMs: number
  /** No output on stdout or stderr for this long ends it. */
  readonly silenceMs?: number
  readonly signal?: AbortSignal
  readonly maxStdoutBytes: number
  /** Default 16 MiB, each line as at least 64 bytes: a command that fails says little, and more than this is a flood. */
  readonly maxStderrBytes?: number
  /** False: what `onStdout` is given is not kept for the result. */
  readonly keepStdout?: boolean
  readonly onStdout?: (chunk: Uint8Array) => void
  readonly onStderrLine?: (line: string) => void
}

export interface CommandEnd {
  readonly ended: 'exit' | 'not-started' | 'too-much-output' | EndReason
  readonly exitCode: number | null
  readonly signal: string | null
  /** Why it could not be started (`ENOENT`, `E2BIG`, …), else null. */
  readonly failure: string | null
  /** What came until the end, at most `maxStdoutBytes`; empty where it was not to be kept. */
  readonly stdout: Buffer
  /** Head and tail, at most 64 KiB. */
  readonly stderr: string
  readonly durationMs: number
}

const MOST_STDERR = 16 * 1024 * 1024

/** Runs a program to its end, without a shell. Never throws: everything that can go wrong is in the result. */
export async function runCommand(request: CommandRequest): Promise<CommandEnd> {
  const startedAt = performance.now()
  const chunks: Uint8Array[] = []
  let size = 0
  let early: CommandEnd['ended'] | null = null
  const ring = createTextRing()
  const meter = createMeter({ bytes: request.maxStderrBytes ?? MOST_STDERR })
  const lines = createLineSplitter((line) => {
    // What was on its way when the flood was ended.
    if (early === 'too-much-output') return
    if (meter.line(line)) end('too-much-output')
    ring.push(line)
    request.onStderrLine?.(line)
  })

  const child = startChild({
    file: request.file,
    args: request.args,
    env: request.env,
    stdin: request.stdin === undefined || request.stdin === 'ignore' ? 'ignore' : 'open',
    stdout: 'read',
    onStdout(chunk) {
      watching.alive()
      const room = request.maxStdoutBytes - size
      const kept = chunk.length > room ? chunk.subarray(0, room) : chunk
      if (kept.length > 0) {
        if (request.keepStdout !== false) chunks.push(kept)
        size += kept.length
        request.onStdout?.(kept)
      }
      if (chunk.length > room) end('too-much-output')
    },
    onStderr(chunk) {
      watching.alive()
      lines.push(chunk)
    },
  })
  const watching = watch(request, end)
  if (typeof request.stdin === 'object') child.endInput(request.stdin.text)

  function end(reason: NonNullable<typeof early>): void {
    if (early !== null) return
    early = reason
    // The end of its input first: a remote command held by it goes at the same moment as its connection.
    child.endInput()
    child.terminate()
  }

  const exit = await child.exited
  watching.stop()
  lines.end()
  return {
    ended: early ?? endOf(exit),
    ...exit,
    stdout: Buffer.concat(chunks),
    stderr: ring.text(),
    durationMs: performance.now() - startedAt,
  }
}

const endOf = (exit: ChildExit): 'exit' | 'not-started' => (exit.failure === null ? 'exit' : 'not-started')
