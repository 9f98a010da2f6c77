import type { App } from './http.ts'
import type { ServerEnv } from './peer.ts'
import { createTurns } from './turns.ts'
import { clearStaleSocket, withPrivateUmask } from './unix-socket.ts'

export interface ServeOptions {
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
