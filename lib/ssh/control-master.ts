import { startChild } from '#lib/process/child.ts'
import { createLineSplitter } from '#lib/process/line-splitter.ts'
import { createMeter } from '#lib/process/meter.ts'
import { createBatchLog } from './batch-output.ts'
import { cancelled, classify } from './classify.ts'
import { sshArguments } from './connection.ts'
import { newNonce } from './marker.ts'
import { idleScript } from './script.ts'
import { createSlots, type Slots } from './slots.ts'
import type { RemoteFault, SshHost, SshSettings } from './types.ts'

/** sshd allows ten sessions on a connection by default; one is the master's own, one is spare. */
const SESSIONS = 8
/** Login scripts may be slow; what comes before them has ssh's own time limit. */
const SHELL_GRACE_MS = 30_000
/** What it may write for as long as it lasts, on both together: it runs nothing, so it has next to nothing to say. */
const MOST_SAID = { bytes: 1024 * 1024, bytesPerSecond: 256 }

const NO_PLACES: ReadonlySet<string> = new Set()
const ENDS = { ended: 'exit', 'too late': 'timeout', 'too much': 'too-much-output' } as const

export interface Master {
  readonly socket: string
  readonly sessions: Slots
  /** Resolves when it is gone, however that came. */
  readonly gone: Promise<void>
  isGone(): boolean
  /** Ends the connection, and the sessions on it. */
  close(): Promise<void>
}

/**
 * One connection that short commands share: a session on it costs 6 ms instead of a 250 ms handshake. It stays our child,
 * in the foreground, and its own session is a leash: when we die its stdin ends, and it with it.
 */
export async function startMaster(
  settings: SshSettings,
  host: SshHost,
  socket: string,
  signal: AbortSignal,
): Promise<{ readonly master: Master } | { readonly fault: RemoteFault }> {
  const nonce = newNonce()
  // It runs no command.
  const log = createBatchLog(nonce, NO_PLACES)
  const ready = Promise.withResolvers<'ready' | 'ended' | 'too late' | 'too much'>()
  const meter = createMeter(MOST_SAID)
  let flooded = false
  function flood(isOver: boolean): void {
    if (!isOver || flooded) return
    flooded = true
    ready.resolve('too much')
    child.terminate(1_000)
  }
  const lines = createLineSplitter((line) => {
    if (flooded) return
    flood(meter.line(line))
    log.onLine(line)
    if (log.started()) ready.resolve('ready')
  })
  const args = ['-M', ...sshArguments(settings, host.id, idleScript(nonce), socket)]
  // A shell that refuses the account says so on stdout.
  let said = ''
  const child = startChild({
    file: settings.sshCommand,
    args,
    stdin: 'open',
    stdout: 'read',
    onStdout(chunk) {
      if (said.length < 4096) said = (said + Buffer.from(chunk).toString()).slice(0, 4096)
      flood(meter.bytes(chunk.length))
    },
    onStderr: lines.push,
  })
  let gone = false
  const exited = child.exited.then((exit) => {
    gone = true
    lines.end()
    ready.resolve('ended')
    return exit
  })
  const stop = (): void => ready.resolve('ended')
  signal.addEventListener('abort', stop, { once: true })
  const limitMs = host.connectTimeoutSeconds * 2_000 + SHELL_GRACE_MS
  const timer = setTimeout(() => ready.resolve('too late'), limitMs)
  const outcome = await ready.promise
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)

  if (outcome !== 'ready') {
    child.terminate(1_000)
    const exit = await exited
    if (signal.aborted) return { fault: cancelled(host.id) }
    const ended = exit.failure !== null ? 'not-started' : ENDS[outcome]
    const evidence = { ...exit, ended, started: false, noise: log.noise(), stdoutNoise: said, tail: '' } as const
    return { fault: classify(host, { ...evidence, limitSeconds: limitMs / 1000 }) }
  }
  return {
    master: {
      socket,
      sessions: createSlots(SESSIONS),
      gone: exited.then(() => undefined),
      isGone: () => gone,
      async close() {
        child.endInput()
        child.terminate(2_000)
        await exited
      },
    },
  }
}
