import { connect } from 'node:net'
import { stat, unlink } from '#lib/host/system-calls.ts'
import type { ServerEnv } from './actor.ts'
import type { App } from './http.ts'

interface ServeOptions {
  readonly app: App
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0 takes a free one. Null: no TCP at all. */
  readonly port: number | null
  /** Absolute path; created with mode 0600. */
  readonly unixSocket?: string
  /** Ends the streams; called once, before the servers are stopped. */
  readonly abortStreams: () => void
}

export interface Served {
  /** `http://127.0.0.1:8080`, null without TCP. */
  readonly url: string | null
  readonly port: number | null
  readonly unixSocket: string | null
  /** Refuses new connections, ends streams, lets running requests finish, and after `graceMs` cuts what is left. */
  stop(graceMs: number): Promise<void>
}

/** Seconds a connection may be silent. Guards against slow senders; handlers at work have their own limit. */
const IDLE_TIMEOUT = 20
/** No body of ours is larger; a route's own limit is far below. */
const MAX_BODY = 8 * 1024 * 1024

export async function serve(options: ServeOptions): Promise<Served> {
  const { app, host = '127.0.0.1', port, unixSocket, abortStreams } = options
  if (unixSocket !== undefined) await clearStaleSocket(unixSocket)
  const tcp =
    port === null ? null : Bun.serve({ hostname: host, port, idleTimeout: IDLE_TIMEOUT, ...handler(app, 'tcp') })
  let unix: Bun.Server<undefined> | null = null
  try {
    if (unixSocket !== undefined) unix = listenOnSocket(app, unixSocket)
  } catch (error) {
    await tcp?.stop(true)
    throw error
  }
  const servers = [tcp, unix].filter((server) => server !== null)
  let stopped: Promise<void> | null = null
  return {
    url: tcp ? tcp.url.origin : null,
    port: tcp?.port ?? null,
    unixSocket: unixSocket ?? null,
    stop: (graceMs) => {
      stopped ??= stopAll(servers, abortStreams, graceMs)
      return stopped
    },
  }
}

function handler(app: App, socket: ServerEnv['socket']) {
  const turn = createTurns()
  return {
    maxRequestBodySize: MAX_BODY,
    development: false,
    async fetch(request: Request, server: Bun.Server<undefined>) {
      await turn()
      return app.fetch(request, { server, socket } satisfies ServerEnv)
    },
  }
}

/**
 * On a unix socket `server.timeout(request, …)` does nothing and Bun cuts after 10 silent seconds (measured), so there
 * is no idle limit at all: only who may open the file can connect. Bun honours the option, its types do not know it.
 */
function listenOnSocket(app: App, path: string): Bun.Server<undefined> {
  const options: object = { unix: path, idleTimeout: 0, ...handler(app, 'unix') }
  return withPrivateUmask(() => Bun.serve(options as Bun.Serve.Options<undefined>))
}

/** `server.stop()` alone would wait for ever for an open event stream. */
async function stopAll(servers: readonly Bun.Server<undefined>[], abortStreams: () => void, graceMs: number) {
  abortStreams()
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, graceMs)
  await Promise.race([Promise.all(servers.map((server) => server.stop())), late])
  clearTimeout(timer)
  await Promise.all(servers.map((server) => server.stop(true)))
}

/**
 * Makes room for a socket file. One that a process answers on stays.
 * @throws Error when it is in use, or when the path is no socket
 */
async function clearStaleSocket(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!found) return
  if (!found.isSocket()) throw new Error(`${path} exists and is not a socket; move it away or choose another path.`)
  if (await answers(path)) throw new Error(`Another process answers on ${path}; stop it first.`)
  await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Refused is what a socket file without a process says. Anything else (EACCES …) proves nothing.
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
}

/** Runs `listen` with a umask that creates the socket as 0600 from its first moment; a chmod would come too late. */
function withPrivateUmask<T>(listen: () => T): T {
  const before = process.umask(0o177)
  try {
    return listen()
  } finally {
    process.umask(before)
  }
}

/**
 * One request begins in each turn of the event loop. Bun runs the handler of a new connection while it accepts, and accepts
 * as long as connections come: clients that come again as soon as they are answered would keep timers, open connections
 * and the SANs' answers waiting for as long as they like (measured: eight of them, all the time). So no request
 * begins before every waiting connection has been accepted.
 */
function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  let isDue = false

  function next(): void {
    const begin = waiting.shift()
    isDue = begin !== undefined
    if (begin === undefined) return
    setImmediate(next)
    begin()
  }

  return () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    if (!isDue) setImmediate(next)
    isDue = true
    return promise
  }
}
