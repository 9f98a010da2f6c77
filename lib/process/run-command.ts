import { type ChildExit, startChild } from './child.ts'

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

interface CommandEnd {
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

/** Why something that runs is ended before its own end. */
type EndReason = 'timeout' | 'silence' | 'cancelled'

interface Limits {
  /** In all. */
  readonly timeoutMs?: number
  /** Without a sign of life. */
  readonly silenceMs?: number
  readonly signal?: AbortSignal
}

interface Watch {
  /** Something was heard. */
  alive(): void
  stop(): void
}

/** Calls `onEnd` once, at the first limit that is reached. */
function watch(limits: Limits, onEnd: (reason: EndReason) => void): Watch {
  let stopped = false
  let lastHeard = performance.now()
  let silence: ReturnType<typeof setTimeout> | undefined
  const cancel = (): void => finish('cancelled')
  const total = limits.timeoutMs === undefined ? undefined : setTimeout(finish, limits.timeoutMs, 'timeout')
  listenFor(limits.silenceMs)
  limits.signal?.addEventListener('abort', cancel, { once: true })
  if (limits.signal?.aborted) queueMicrotask(cancel)

  function listenFor(ms: number | undefined): void {
    if (ms === undefined) return
    silence = setTimeout(() => {
      const quietFor = performance.now() - lastHeard
      const limit = limits.silenceMs ?? 0
      // One timer per silence, not one per chunk: it is set anew for what is left.
      if (quietFor >= limit) finish('silence')
      else listenFor(Math.max(1, limit - quietFor))
    }, ms)
  }

  function stop(): void {
    clearTimeout(total)
    clearTimeout(silence)
    limits.signal?.removeEventListener('abort', cancel)
    stopped = true
  }

  function finish(reason: EndReason): void {
    if (stopped) return
    stop()
    onEnd(reason)
  }

  return {
    alive() {
      lastHeard = performance.now()
    },
    stop,
  }
}

/**
 * The beginning and the end of a text of any length. The first lines of a failing `zfs` name the cause and the last ones
 * the outcome; a `send -v` writes 80,000 lines a day in between.
 */
export interface TextRing {
  push(line: string): void
  text(): string
}

/** Limits in characters. */
export function createTextRing(headLimit = 16 * 1024, tailLimit = 48 * 1024): TextRing {
  const head: string[] = []
  const tail: string[] = []
  let headSize = 0
  let tailSize = 0
  let leftOut = 0
  return {
    push(line) {
      if (leftOut === 0 && tail.length === 0 && headSize + line.length < headLimit) {
        head.push(line)
        headSize += line.length + 1
        return
      }
      const kept = line.length > tailLimit ? line.slice(-tailLimit) : line
      leftOut += line.length - kept.length
      tail.push(kept)
      tailSize += kept.length + 1
      while (tailSize > tailLimit && tail.length > 1) {
        const dropped = tail.shift() ?? ''
        tailSize -= dropped.length + 1
        leftOut += dropped.length + 1
      }
    },
    text() {
      const middle = leftOut > 0 ? [`… ${leftOut} characters left out …`] : []
      return [...head, ...middle, ...tail].join('\n')
    },
  }
}

const NEWLINE = 0x0a

/** A line longer than this is handed on in pieces: a broken host may never send a newline. */
const LONGEST_LINE = 64 * 1024

interface LineSplitter {
  push(chunk: Uint8Array): void
  /** Hands on what is left without a newline. */
  end(): void
}

/** Bytes in, lines out, without their newline (and the CR that ssh writes before it); bad UTF-8 becomes U+FFFD. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest: Buffer = Buffer.alloc(0)
  const emit = (bytes: Buffer): void => {
    const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length
    onLine(bytes.toString('utf8', 0, end))
  }
  return {
    push(chunk) {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk)
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE)) {
        emit(bytes.subarray(0, at))
        bytes = bytes.subarray(at + 1)
      }
      while (bytes.length > LONGEST_LINE) {
        emit(bytes.subarray(0, LONGEST_LINE))
        bytes = bytes.subarray(LONGEST_LINE)
      }
      rest = bytes
    },
    end() {
      if (rest.length > 0) emit(rest)
      rest = Buffer.alloc(0)
    },
  }
}

/** A line costs its reader more than its bytes: an empty one counts as so many. */
const LEAST_OF_A_LINE = 64

interface MeterLimits {
  /** At once. */
  readonly bytes: number
  /** Besides, for as long as it lasts: a connection that stays for days may say something now and then. */
  readonly bytesPerSecond?: number
  readonly now?: () => number
}

/** Counts what a machine writes that is read line by line, so that a flood of it comes to an end. */
interface Meter {
  /** @returns true from the line on that is too much. */
  line(line: string): boolean
  bytes(count: number): boolean
}

export function createMeter({ bytes, bytesPerSecond = 0, now = () => performance.now() }: MeterLimits): Meter {
  const startedAt = now()
  let counted = 0
  const add = (count: number): boolean => {
    counted += count
    return counted > bytes && counted > bytes + ((now() - startedAt) / 1000) * bytesPerSecond
  }
  return { line: (line) => add(Math.max(LEAST_OF_A_LINE, line.length + 1)), bytes: add }
}
