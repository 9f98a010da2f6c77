import { startChild } from '#lib/process/child.ts'
import { createLineSplitter } from '#lib/process/line-splitter.ts'
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
  const log = createBatchLog(nonce)
  const ready = Promise.withResolvers<'ready' | 'ended' | 'too late'>()
  const lines = createLineSplitter((line) => {
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
      if (said.length < 4096) said += Buffer.from(chunk).toString()
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
    const ended = exit.failure !== null ? 'not-started' : outcome === 'too late' ? 'timeout' : 'exit'
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
