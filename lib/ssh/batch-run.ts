import { runCommand } from '#lib/process/run-command.ts'
import { createBatchLog, createStdoutCutter } from './batch-output.ts'
import { classify } from './classify.ts'
import type { HostLink } from './host-link.ts'
import { newNonce } from './marker.ts'
import { batchScript, sshArguments, stepLength } from './script.ts'
import type { CommandResult, RemoteCommand, RemoteFault } from './types.ts'

/** The kernel takes one argument of at most 128 KiB; a command line stays well below it. */
const LONGEST_COMMAND = 64 * 1024

export interface RunLimits {
  readonly signal?: AbortSignal
  readonly silenceMs: number
  readonly timeoutMs: number
  /** Of the stdout that is held as text. */
  readonly maxBytes: number
  readonly toTheEnd: boolean
}

export interface PartResult {
  readonly results: ReadonlyMap<string, CommandResult>
  readonly fault: RemoteFault | null
  /** False only when it is certain that no command began. */
  readonly began: boolean
  /** Of the stdout that is held as text. */
  readonly bytes: number
  /** What a login script wrote on stdout before our first command. */
  readonly noise: string
  /** The id of the command that was under way at the end; null where none was. */
  readonly running: string | null
}

const MIB = 1024 * 1024
/** Of stdout in one call, where readers take it: a million snapshots with names as long as they can be. */
const MOST_READ = 512 * MIB
/** Of one command's stdout: held as text, and where a reader takes it. */
const MOST_OF_ONE = { held: 16 * MIB, read: 64 * MIB }
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
  const places = placesOf(commands)
  const log = createBatchLog(nonce, places)
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
  /** Whose stdout was too much: stderr may not have come so far yet, or much further. */
  let flooding: string | null = null
  const expected = new Map(
    [...places].map(([path, { reader, maxBytes }]) => {
      const most = maxBytes ?? (reader === undefined ? MOST_OF_ONE.held : MOST_OF_ONE.read)
      return [path, { reader, maxBytes: most }] as const
    }),
  )
  const cutter = createStdoutCutter(nonce, expected, limits.maxBytes, (path) => {
    flooding = path
    stop('too-much-output')
  })
  let timed: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Each command has its own time, from its begin marker on. */
  function timeCommand(path: string | null): void {
    if (path === timed) return
    timed = path
    clearTimeout(timer)
    const limitMs = path === null ? undefined : places.get(path)?.limitMs
    if (limitMs !== undefined) timer = setTimeout(stop, limitMs, 'timeout')
  }
  const end = await runCommand({
    file: link.settings.sshCommand,
    args: sshArguments(link.settings, link.host.id, script, socket),
    stdin: 'open',
    timeoutMs: limits.timeoutMs,
    silenceMs: limits.silenceMs,
    signal: limits.signal === undefined ? own.signal : AbortSignal.any([limits.signal, own.signal]),
    maxStdoutBytes: limits.maxBytes + MOST_READ,
    keepStdout: false,
    onStdout: cutter.push,
    onStderrLine(line) {
      log.onLine(line)
      if (log.started()) onStarted()
      timeCommand(log.running())
    },
  })
  clearTimeout(timer)
  cutter.end()

  const results = new Map<string, CommandResult>()
  let bytes = 0
  for (const [path, piece] of cutter.pieces) {
    const id = places.get(path)?.id
    const stderr = log.pieces.get(path)
    bytes += piece.text.length
    if (id === undefined || stderr === undefined || stderr.exitCode !== piece.exitCode) continue
    results.set(id, { id, exitCode: piece.exitCode, stdout: piece.text, stderr: stderr.text })
  }
  const began = log.started()
  const noise = cutter.noise()
  if (limits.toTheEnd ? chainEnded(commands, results) : allEnded(commands, results))
    return { results, fault: null, began, bytes, noise, running: null }

  // What floods stderr is no answer to a command, so none is to blame for it.
  const path = flooding ?? (end.ended === 'too-much-output' ? null : log.running())
  const command = path === null ? undefined : places.get(path)
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
  return { results, fault, began, bytes, noise, running: command?.id ?? null }
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

/** As a person would type it, cut to one line's length. */
function lineOf({ argv }: RemoteCommand): string {
  const line = argv.join(' ')
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}

/** What the script holds besides the commands: well under this. */
const FRAME = 2 * 1024

/** The same commands in order, in as many parts as the length of a command line asks for. */
export function splitBatch(commands: readonly RemoteCommand[]): readonly (readonly RemoteCommand[])[] {
  const parts: RemoteCommand[][] = []
  let room = 0
  for (const command of commands) {
    const length = stepLength(command, commands.length) + 2
    if (length > LONGEST_COMMAND - FRAME) {
      throw new Error(
        `The command "${command.id}" is too long for one ssh call (${length} characters): split its arguments.`,
      )
    }
    if (length > room) {
      parts.push([])
      room = LONGEST_COMMAND - FRAME
    }
    parts.at(-1)?.push(command)
    room -= length
  }
  return parts
}

/** By its place in the script, for all commands, also those in `onFailure`. */
function placesOf(commands: readonly RemoteCommand[], prefix = ''): ReadonlyMap<string, RemoteCommand> {
  const places = new Map<string, RemoteCommand>()
  commands.forEach((command, index) => {
    const path = `${prefix}${index}`
    places.set(path, command)
    for (const [inner, own] of placesOf(command.onFailure ?? [], `${path}.`)) places.set(inner, own)
  })
  return places
}
