import { runCommand } from '#lib/process/run-command.ts'
import { createBatchLog, cutStdout, stdoutNoise } from './batch-output.ts'
import { pathsOf } from './batch-parts.ts'
import { classify } from './classify.ts'
import { sshArguments } from './connection.ts'
import type { HostLink } from './host-link.ts'
import { newNonce } from './marker.ts'
import { batchScript } from './script.ts'
import type { CommandResult, RemoteCommand, RemoteFault } from './types.ts'

export interface RunLimits {
  readonly signal?: AbortSignal
  readonly silenceMs: number
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly toTheEnd: boolean
}

export interface PartResult {
  readonly results: ReadonlyMap<string, CommandResult>
  readonly fault: RemoteFault | null
  /** False only when it is certain that no command began. */
  readonly began: boolean
  readonly bytes: number
  /** What a login script wrote on stdout before our first command. */
  readonly noise: string
  /** The id of the command that was under way at the end; null where none was. */
  readonly running: string | null
}

/** Of stderr in one call. A `zfs` that fails says a line for each dataset; more than this is no answer. */
const MOST_STDERR = 16 * 1024 * 1024
/** Several heartbeats in the time after which silence is a dead link, and no more than one a second. */
const beatSeconds = (silenceMs: number): number => Math.min(5, Math.max(1, Math.floor(silenceMs / 4000)))

/** One ssh call: runs these commands in one session, with or without a control connection. */
export async function runPart(
  link: HostLink,
  commands: readonly RemoteCommand[],
  limits: RunLimits,
  socket: string | null,
  onStarted: () => void = () => {},
): Promise<PartResult> {
  const nonce = newNonce()
  const log = createBatchLog(nonce)
  const script = batchScript(nonce, commands, {
    toTheEnd: limits.toTheEnd,
    beatSeconds: beatSeconds(limits.silenceMs),
  })
  const own = new AbortController()
  let stopped: 'timeout' | 'too-much-output' | null = null
  const stop = (why: NonNullable<typeof stopped>): void => {
    stopped ??= why
    own.abort()
  }
  let stderrSize = 0
  let timed: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Each command has its own time, from its begin marker on. */
  function timeCommand(path: string | null): void {
    if (path === timed) return
    timed = path
    clearTimeout(timer)
    const limitMs = commandAt(commands, path)?.limitMs
    if (limitMs !== undefined) timer = setTimeout(stop, limitMs, 'timeout')
  }
  const end = await runCommand({
    file: link.settings.sshCommand,
    args: sshArguments(link.settings, link.host.id, script, socket),
    stdin: 'open',
    timeoutMs: limits.timeoutMs,
    silenceMs: limits.silenceMs,
    signal: limits.signal === undefined ? own.signal : AbortSignal.any([limits.signal, own.signal]),
    maxStdoutBytes: limits.maxBytes,
    onStderrLine(line) {
      stderrSize += line.length + 1
      if (stderrSize > MOST_STDERR) stop('too-much-output')
      log.onLine(line)
      if (log.started()) onStarted()
      timeCommand(log.running())
    },
  })
  clearTimeout(timer)

  const paths = pathsOf(commands)
  const results = new Map<string, CommandResult>()
  for (const [path, piece] of cutStdout(end.stdout, nonce)) {
    const id = paths.get(path)
    const stderr = log.pieces.get(path)
    if (id === undefined || stderr === undefined || stderr.exitCode !== piece.exitCode) continue
    results.set(id, { id, exitCode: piece.exitCode, stdout: piece.text, stderr: stderr.text })
  }
  const began = log.started()
  const noise = stdoutNoise(end.stdout, nonce)
  const bytes = end.stdout.length
  if (limits.toTheEnd ? chainEnded(commands, results) : allEnded(commands, results))
    return { results, fault: null, began, bytes, noise, running: null }

  const path = log.running()
  const command = commandAt(commands, path)
  const ended = end.ended === 'cancelled' && stopped !== null ? stopped : end.ended
  const limitMs = ended === 'silence' ? limits.silenceMs : stopped === 'timeout' ? command?.limitMs : limits.timeoutMs
  const fault = classify(link.host, {
    ...end,
    ended,
    started: began,
    noise: log.noise(),
    stdoutNoise: noise,
    tail: log.tail(),
    limitSeconds: (limitMs ?? limits.timeoutMs) / 1000,
    running: command === undefined ? null : lineOf(command),
  })
  return { results, fault, began, bytes, noise, running: path === null ? null : (paths.get(path) ?? null) }
}

/** All of them, or up to the one that failed. */
function chainEnded(commands: readonly RemoteCommand[], results: ReadonlyMap<string, CommandResult>): boolean {
  for (const { id } of commands) {
    const result = results.get(id)
    if (result === undefined) return false
    if (result.exitCode !== 0) return true
  }
  return true
}

const allEnded = (commands: readonly RemoteCommand[], results: ReadonlyMap<string, CommandResult>): boolean =>
  commands.every((command) => {
    const result = results.get(command.id)
    return result !== undefined && (result.exitCode === 0 || allEnded(command.onFailure ?? [], results))
  })

function commandAt(commands: readonly RemoteCommand[], path: string | null): RemoteCommand | undefined {
  let found: RemoteCommand | undefined
  let level = commands
  for (const index of path?.split('.') ?? []) {
    found = level[Number(index)]
    level = found?.onFailure ?? []
  }
  return found
}

/** As a person would type it, cut to one line's length. */
function lineOf({ argv }: RemoteCommand): string {
  const line = argv.join(' ')
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}
