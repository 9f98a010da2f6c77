import { fileFacts } from '#lib/host/files.ts'
import { startChild } from '#lib/process/child.ts'
import { createLineSplitter, createMeter } from '#lib/process/run-command.ts'
import { createBatchLog } from './batch-output.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import { cancelled, classify, faultHere } from './classify.ts'
import { checkKeyFile } from './keys.ts'
import { newNonce } from './marker.ts'
import { idleScript, sshArguments } from './script.ts'
import { createSlots, type Slots } from './slots.ts'
import type { RemoteFault, SshHost, SshSettings } from './types.ts'

interface LinkOptions {
  readonly now: () => number
  readonly breakerOpenMs: number
  /** A control connection that no one uses is closed after this. */
  readonly masterIdleMs: number
  /** A path for a new control socket; never the same twice. */
  readonly newSocket: () => string
  readonly handshakes: Slots
  /** Why ssh cannot be configured for this host, and what to write instead; null: it can. */
  readonly unusable: string | null
  /** The hosts on the way to it, whose keys ssh needs too. */
  readonly jumps: readonly SshHost[]
}

interface Lease {
  readonly socket: string
  release(): void
  /** It did not work: the next one gets a new connection. */
  discard(): void
}

/** Everything that is kept about one host between calls. The only owner of its control connection. */
export interface HostLink {
  readonly host: SshHost
  readonly settings: SshSettings
  readonly breaker: Breaker
  /** Handshakes under way: a server drops connections beyond its MaxStartups. */
  readonly handshakes: Slots
  readonly unusable: string | null
  /** Why it cannot even be asked: its entry in the configuration, or its key. Null: it can. */
  fault(): Promise<RemoteFault | null>
  /** A place on the control connection, which is made if there is none. */
  lease(signal?: AbortSignal): Promise<Lease | RemoteFault>
  /** Lets a breaker go that was opened by a key or host key fault when the files have changed since. */
  refresh(): Promise<void>
  /** Ends the control connection as soon as no one uses it; no new one is kept. */
  retire(): Promise<void>
  close(): Promise<void>
}

type Started = { readonly master: Master } | { readonly fault: RemoteFault }

export function createHostLink(host: SshHost, settings: SshSettings, options: LinkOptions): HostLink {
  const breaker = createBreaker({ now: options.now, openMs: options.breakerOpenMs })
  const { handshakes, unusable } = options
  let starting: Promise<Started> | null = null
  let users = 0
  let idle: ReturnType<typeof setTimeout> | undefined
  const closing = new AbortController()
  let retired = false
  let stamp = ''

  async function start(): Promise<Started> {
    if (closing.signal.aborted) return { fault: cancelled(host.id) }
    const release = await handshakes.take(closing.signal)
    try {
      return await startMaster(settings, host, options.newSocket(), closing.signal)
    } finally {
      release()
    }
  }

  function current(): Promise<Started> {
    if (starting !== null) return starting
    const mine = start()
    starting = mine
    const forget = (): void => {
      if (starting === mine) starting = null
    }
    void mine.then((started) => ('master' in started ? started.master.gone.then(forget) : forget()), forget)
    return mine
  }

  async function closeMaster(which: Promise<Started> | null): Promise<void> {
    if (which === null) return
    if (starting === which) starting = null
    // One that waited for its handshake when we were closed has nothing to close.
    const started = await which.catch(() => null)
    if (started === null) return
    if ('master' in started) await started.master.close()
  }

  return {
    host,
    settings,
    breaker,
    handshakes,
    unusable,
    async fault() {
      if (unusable !== null) return configFault(host, unusable)
      // What is wrong with the key of a jump, ssh says of the jump.
      await Promise.all(options.jumps.map((jump) => (jump.keyCopy === undefined ? null : checkKeyFile(jump))))
      return checkKeyFile(host)
    },
    async lease(signal) {
      users += 1
      clearTimeout(idle)
      const leave = (): void => {
        users -= 1
        const kept = starting
        if (users > 0) return
        if (retired) void closeMaster(kept)
        else {
          idle = setTimeout(() => void closeMaster(kept), options.masterIdleMs)
          idle.unref()
        }
      }
      try {
        const mine = current()
        const started = await abortable(mine, signal)
        if ('fault' in started) {
          leave()
          return started.fault
        }
        const release = await started.master.sessions.take(signal)
        return {
          socket: started.master.socket,
          release() {
            release()
            leave()
          },
          discard: () => void closeMaster(mine),
        }
      } catch (error) {
        leave()
        throw error
      }
    },
    async refresh() {
      const files = [host.identityFile, ...settings.knownHostsFiles]
      const facts = await Promise.all(files.map((file) => fileFacts(file).catch(() => null)))
      const now = facts.map((fact) => `${fact?.modifiedAtMs}:${fact?.mode}:${fact?.sizeBytes}`).join(' ')
      if (stamp !== '' && stamp !== now) breaker.reset()
      stamp = now
    },
    async retire() {
      retired = true
      clearTimeout(idle)
      if (users === 0) await closeMaster(starting)
    },
    async close() {
      closing.abort(new Error('ssh is being closed.'))
      clearTimeout(idle)
      await closeMaster(starting)
    },
  }
}

const configFault = (host: SshHost, why: string): RemoteFault => ({
  ...faultHere(host.id, `${host.id} cannot be reached as the configuration has it. ${why}`),
  kind: 'ssh-config',
})

/** The start of a shared connection goes on when one of those who wait for it gives up. */
function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/** sshd allows ten sessions on a connection by default; one is the master's own, one is spare. */
const SESSIONS = 8
/** Login scripts may be slow; what comes before them has ssh's own time limit. */
const SHELL_GRACE_MS = 30_000
/** What it may write for as long as it lasts, on both together: it runs nothing, so it has next to nothing to say. */
const MOST_SAID = { bytes: 1024 * 1024, bytesPerSecond: 256 }

const NO_PLACES: ReadonlySet<string> = new Set()
const ENDS = { ended: 'exit', 'too late': 'timeout', 'too much': 'too-much-output' } as const

interface Master {
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
async function startMaster(
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
