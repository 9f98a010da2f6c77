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
}

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
  const end = await runCommand({
    file: link.settings.sshCommand,
    args: sshArguments(link.settings, link.host.id, batchScript(nonce, commands, limits.toTheEnd), socket),
    stdin: 'open',
    timeoutMs: limits.timeoutMs,
    silenceMs: limits.silenceMs,
    signal: limits.signal,
    maxStdoutBytes: limits.maxBytes,
    onStderrLine(line) {
      log.onLine(line)
      if (log.started()) onStarted()
    },
  })

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
    return { results, fault: null, began, bytes, noise }

  const limitMs = end.ended === 'silence' ? limits.silenceMs : limits.timeoutMs
  const fault = classify(link.host, {
    ...end,
    started: began,
    noise: log.noise(),
    stdoutNoise: noise,
    tail: log.tail(),
    limitSeconds: limitMs / 1000,
    running: lineOf(commands, log.running()),
  })
  return { results, fault, began, bytes, noise }
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

/** The command at a place, as a person would type it, cut to one line's length. */
function lineOf(commands: readonly RemoteCommand[], path: string | null): string | null {
  if (path === null) return null
  let found: RemoteCommand | undefined
  let level = commands
  for (const index of path.split('.')) {
    found = level[Number(index)]
    level = found?.onFailure ?? []
  }
  const line = found?.argv.join(' ') ?? ''
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}
