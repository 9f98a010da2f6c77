import type { Io } from '../io.ts'
import type { Loaders } from '../local.ts'
import { main } from '../main.ts'
import { type FakeService, type FakeServiceOptions, fakeService } from './service.ts'

interface Ran {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly io: FakeIo
  readonly service: FakeService
}

/** No test of a command starts a real service by mistake. */
export const noLoaders: Loaders = {
  openApp: () => Promise.reject(new Error('A local app was opened.')),
  serve: () => Promise.reject(new Error('A service was started.')),
  demo: () => Promise.reject(new Error('A demo was started.')),
}

/** Runs a command line against a service in memory, reached as `--url` would. */
export async function runCommand(
  line: readonly string[],
  options: FakeIoOptions & FakeServiceOptions & { readonly loaders?: Partial<Loaders> } = {},
): Promise<Ran> {
  const io = fakeIo({ ...options, env: { ZWITNESS_URL: 'http://witness.test', ...options.env } })
  const service = fakeService(options)
  const exit = await main(line, io, {
    fetch: (url, init) => service.fetch(new Request(url, init)),
    loaders: { ...noLoaders, ...options.loaders },
  })
  return { exit, ...io.written, io, service }
}

interface FakeIo extends Io {
  /** What was written so far. */
  readonly written: { stdout: string; stderr: string }
  /** Questions that were asked. */
  readonly questions: string[]
  /** Presses Ctrl-C; false when nothing listens for it. */
  interrupt(): boolean
  /** Exit codes given to `exit`. */
  readonly exits: number[]
}

export interface FakeIoOptions {
  readonly tty?: boolean
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
  /** What a person types, in order; null is the end of the input. */
  readonly typed?: readonly (string | null)[]
  /** Called before each sleep, with its number: the place to press Ctrl-C. */
  readonly onSleep?: (io: FakeIo, count: number, ms: number) => void
}

/** 2026-11-22T14:00:00Z. */
export const NOW = Date.UTC(2026, 10, 22, 14)

/** A terminal without a clock: to sleep moves the time on at once. */
export function fakeIo({ tty = false, columns = 200, env = {}, typed = [], onSleep }: FakeIoOptions = {}): FakeIo {
  const listeners = new Set<() => void>()
  const left = [...typed]
  let now = NOW
  let sleeps = 0
  const io: FakeIo = {
    written: { stdout: '', stderr: '' },
    questions: [],
    exits: [],
    stdout: (text) => {
      io.written.stdout += text
    },
    stderr: (text) => {
      io.written.stderr += text
    },
    stdoutIsTty: tty,
    stderrIsTty: tty,
    stdinIsTty: tty,
    columns,
    env,
    now: () => now,
    async sleep(ms, signal) {
      sleeps += 1
      onSleep?.(io, sleeps, ms)
      if (!signal?.aborted) now += ms
    },
    onInterrupt(handler) {
      listeners.add(handler)
      return () => void listeners.delete(handler)
    },
    async ask(question) {
      io.questions.push(question)
      return left.shift() ?? null
    },
    async askSecret(question) {
      io.questions.push(question)
      return left.shift() ?? null
    },
    readStdin: async () => left.filter((line) => line !== null).join('\n'),
    exit: (code) => void io.exits.push(code),
    interrupt() {
      for (const listener of listeners) listener()
      return listeners.size > 0
    },
  }
  return io
}
