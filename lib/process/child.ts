import { ChildProcess } from 'node:child_process'
import { execa } from 'execa'
import { environmentVariable } from '#lib/host/environment.ts'

letEarlyErrorsThrough()

interface ChildRequest {
  readonly file: string
  readonly args: readonly string[]
  /** Besides PATH, HOME, LANG and LC_ALL. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** `open`: a pipe that we keep open until `endInput`; a number: a descriptor of ours. */
  readonly stdin: 'ignore' | 'open' | number
  readonly stdout: 'ignore' | 'read' | number
  readonly onStdout?: (chunk: Uint8Array) => void
  readonly onStderr?: (chunk: Uint8Array) => void
  /** The child has closed its stderr. It may still be waited for, so its counters can be read here a last time. */
  readonly onStderrEnd?: () => void
}

export interface ChildExit {
  readonly exitCode: number | null
  readonly signal: string | null
  /** Why it never ran (`ENOENT`, `E2BIG`, …), else null. */
  readonly failure: string | null
}

export interface Child {
  /** Null when it could not be started. */
  readonly pid: number | null
  /** Never rejects. */
  readonly exited: Promise<ChildExit>
  /** Writes the text, if any, and closes its stdin. */
  endInput(text?: string): void
  /** SIGTERM to it and its descendants, SIGKILL after `graceMs`. */
  terminate(graceMs?: number): void
}

/** After its end, a descendant that still holds its output is waited for no longer than this. */
const OUTPUT_GRACE_MS = 2_000
const KILL_GRACE_MS = 5_000

/** Starts a program without a shell. What goes wrong at the start is in `exited`, nothing is thrown. */
export function startChild(request: ChildRequest): Child {
  try {
    return start(request)
  } catch (error) {
    // execa throws synchronously what it does not understand, also with `reject: false`.
    const exit = { exitCode: null, signal: null, failure: reasonOf(error) }
    return { pid: null, exited: Promise.resolve(exit), endInput() {}, terminate() {} }
  }
}

function start(request: ChildRequest): Child {
  // execa's types name only the descriptors 0 to 9; any open one works.
  const subprocess = execa(request.file, [...request.args], {
    env: childEnvironment(request.env),
    extendEnv: false,
    cwd: request.cwd,
    stdin: typeof request.stdin === 'number' ? (request.stdin as 0) : request.stdin === 'open' ? 'pipe' : 'ignore',
    stdout: typeof request.stdout === 'number' ? (request.stdout as 1) : request.stdout === 'read' ? 'pipe' : 'ignore',
    stderr: 'pipe',
    buffer: false,
    encoding: 'buffer',
    reject: false,
    killDescendants: true,
    forceKillAfterDelay: false,
  })
  subprocess.stdout?.on('data', (chunk: Uint8Array) => request.onStdout?.(chunk))
  subprocess.stderr?.on('data', (chunk: Uint8Array) => request.onStderr?.(chunk))
  subprocess.stderr?.on('end', () => request.onStderrEnd?.())
  // A child that ends before it has read its input gives EPIPE here; its exit says why.
  subprocess.stdin?.on('error', () => undefined)

  const pid = subprocess.pid ?? null
  const ended = new Promise<void>((resolve) => subprocess.nodeChildProcess.once('exit', () => resolve()))
  const settled = Promise.resolve(subprocess).then((result) => ({
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    failure: pid === null ? (result.code ?? result.originalMessage ?? 'unknown') : null,
  }))
  const { promise: cutOff, resolve: cut } = Promise.withResolvers<ChildExit>()
  void ended.then(() => {
    const timer = setTimeout(() => {
      const { exitCode, signalCode } = subprocess.nodeChildProcess
      cut({ exitCode, signal: signalCode, failure: null })
    }, OUTPUT_GRACE_MS)
    // Left alone it would keep a process that is done with everything.
    void settled.then(() => clearTimeout(timer))
  })
  const exited = Promise.race([settled, cutOff])
  // What it left behind in its process group goes with it (the hop of a ProxyJump, the children of a script).
  if (pid !== null) void exited.then(() => signalGroup(pid, 'SIGTERM'))

  return {
    pid,
    exited,
    endInput: (text) => subprocess.stdin?.end(text),
    terminate(graceMs = KILL_GRACE_MS) {
      if (pid === null) return
      signalGroup(pid, 'SIGTERM')
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
      void exited.then(() => {
        clearTimeout(timer)
        // It is gone, but a descendant may have ignored the SIGTERM, or may be about to heed it.
        if (signalGroup(pid, 0)) setTimeout(() => signalGroup(pid, 'SIGKILL'), 500)
      })
    },
  }
}

/** 0 only asks. @returns false where all of them have ended, which is what was wanted */
function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.message : String(error)
}

/**
 * A program that could not be started (EMFILE, EAGAIN, E2BIG) is handed on by execa as a ChildProcess with streams of its
 * own. Bun's ChildProcess only lets them be read, so that the assignment failed and its TypeError took the place of the
 * reason. With a setter an instance that is given streams has them; every other one is as before.
 */
function letEarlyErrorsThrough(): void {
  for (const name of ['stdin', 'stdout', 'stderr', 'stdio']) {
    const known = Object.getOwnPropertyDescriptor(ChildProcess.prototype, name)
    if (known?.get === undefined || known.set !== undefined || known.configurable !== true) continue
    Object.defineProperty(ChildProcess.prototype, name, {
      ...known,
      set(value: unknown) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
      },
    })
  }
}

/**
 * All that a child of ours gets from our own environment. Nothing else is handed on: SSH_AUTH_SOCK, SSH_ASKPASS, LD_* or
 * a translated message text would change what a command does or says.
 */
function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: environmentVariable('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: environmentVariable('HOME') ?? '/',
    LANG: 'C',
    LC_ALL: 'C',
    ...nameOfOurUid(),
    ...extra,
  }
}

/** Where the container's entry (lib/setup/enter) had to give our uid an entry in a passwd of its own, children see that one. */
function nameOfOurUid(): Record<string, string> {
  const passwd = environmentVariable('NSS_WRAPPER_PASSWD')
  const group = environmentVariable('NSS_WRAPPER_GROUP')
  if (passwd === null || group === null) return {}
  return { LD_PRELOAD: 'libnss_wrapper.so', NSS_WRAPPER_PASSWD: passwd, NSS_WRAPPER_GROUP: group }
}
