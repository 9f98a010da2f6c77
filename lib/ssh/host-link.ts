import { fileFacts } from '#lib/host/file-facts.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import { cancelled, faultHere } from './classify.ts'
import { type Master, startMaster } from './control-master.ts'
import { checkKeyFile } from './key-file-check.ts'
import type { Slots } from './slots.ts'
import type { RemoteFault, SshHost, SshSettings } from './types.ts'

export interface LinkOptions {
  readonly now: () => number
  readonly breakerOpenMs: number
  /** A control connection that nobody uses is closed after this. */
  readonly masterIdleMs: number
  /** A path for a new control socket; never the same twice. */
  readonly newSocket: () => string
  readonly handshakes: Slots
  /** Why ssh cannot be told of this host, and what to write instead; null: it can. */
  readonly unusable: string | null
  /** The hosts on the way to it, whose keys ssh needs too. */
  readonly jumps: readonly SshHost[]
}

export interface Lease {
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
  /** Ends the control connection as soon as nobody uses it; no new one is kept. */
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
