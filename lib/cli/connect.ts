import { type Directories, socketPath } from '#lib/app/settings.ts'
import { readOwnerNote } from '#lib/db/owner-lock.ts'
import { fileFacts, systemErrorCode } from '#lib/host/files.ts'
import { readSecretFile } from './ask.ts'
import type { Context } from './command.ts'
import { type Connection, connectionOver, type Transport } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, UsageError } from './failure.ts'
import type { Interrupts } from './interrupts.ts'
import type { LocalApp } from './local.ts'
import type { Settings } from './settings.ts'

interface ConnectParts {
  readonly settings: Pick<Settings, 'url' | 'token' | 'tokenFile' | 'timeoutMs'>
  readonly directories: Directories
  readonly fetch: Fetch
  readonly openApp: (directories: Directories) => Promise<LocalApp>
  readonly interrupts: Interrupts
  readonly log: (text: string) => void
  /** How long a socket may take to show that a service listens there. */
  readonly aliveWithinMs?: number
}

/**
 * The same, but where no service runs this process becomes the owner of the data directory for as long as the command
 * takes: whatever a command does, it does through the API.
 * @throws Failure, also when another process owns the directory without a socket
 */
export async function connect(parts: ConnectParts): Promise<Connection> {
  const running = await connectIfRunning(parts)
  if (running !== null) return running
  const { directories, openApp, interrupts, log } = parts
  log(`No service runs in ${directories.data}; this command does the work itself.`)
  interrupts.listen()
  const app = await openApp(directories)
  return connectionOver(localTransport(app, directories.data), callsOf(parts))
}

/** The service that was named, or that runs in this data directory; null where there is none. */
export async function connectIfRunning(parts: ConnectParts): Promise<Connection | null> {
  const { settings, directories, fetch, interrupts, log } = parts
  if (settings.url !== null) return connectTo(settings.url, parts)
  const socket = await liveSocket(directories, fetch, parts.aliveWithinMs)
  if (socket === null) return null
  interrupts.listen()
  log(`Speaking to the service at ${socket}.`)
  return connectionOver(socketTransport(socket, fetch), callsOf(parts))
}

/** @throws UsageError for what is no address */
export function connectTo(url: string, parts: ConnectParts): Connection {
  const transport = urlTransport(url, parts.fetch, tokenOf(parts.settings))
  parts.interrupts.listen()
  return connectionOver(transport, callsOf(parts))
}

function callsOf({ settings, interrupts, log }: ConnectParts) {
  return { timeoutMs: settings.timeoutMs, signal: interrupts.signal, log }
}

/**
 * The service, for what makes no sense without one.
 * @throws Failure 7 that begins with `without`
 */
export async function runningService(context: Context, without: string): Promise<Connection> {
  const connection = await context.connectIfRunning()
  if (connection !== null) return connection
  const message = `${without}: no service runs in ${context.settings.dataDirectory}.`
  throw new Failure(EXIT.NO_SERVICE, message, { next: 'zwitness serve, or the same with --url' })
}

export type Fetch = (url: string, init: BunFetchRequestInit) => Promise<Response>

/** @throws UsageError */
function urlTransport(text: string, fetch: Fetch, token: string | null = null): Transport {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${text}: write an address such as http://witness.example:8080.`)
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  // For a proxy that asks for a password; it belongs into a header and into no message.
  const login = url.username === '' ? null : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  if (login !== null && token !== null)
    throw new UsageError(
      'Both a token and a password in the address are given, and only one can be sent; leave one out.',
    )
  const authorization =
    token !== null ? `Bearer ${token}` : login !== null ? `Basic ${Buffer.from(login).toString('base64')}` : null
  const headers: Record<string, string> = authorization === null ? {} : { Authorization: authorization }
  return {
    kind: 'url',
    where: base,
    send: (path, init) =>
      fetch(`${base}${path}`, { ...init, timeout: false, headers: { ...plainHeaders(init), ...headers } }),
    close: async () => {},
  }
}

function socketTransport(path: string, fetch: Fetch): Transport {
  return {
    kind: 'socket',
    where: path,
    send: (target, init) => fetch(`http://localhost${target}`, { ...init, timeout: false, unix: path }),
    close: async () => {},
  }
}

function localTransport(app: LocalApp, directory: string): Transport {
  return {
    kind: 'local',
    where: directory,
    send: (path, init) => app.fetch(new Request(`http://localhost${path}`, init)),
    close: () => app.close(),
  }
}

/**
 * The socket of the service that runs in this data directory, or null when none does (no socket, or one that a killed
 * service left behind).
 * @throws Failure when it is another user's
 */
async function liveSocket(
  directories: Pick<Directories, 'data'>,
  fetch: Fetch,
  withinMs = 5_000,
): Promise<string | null> {
  const path = readOwnerNote(`${directories.data}/owner.json`)?.socketPath ?? socketPath(directories)
  try {
    if ((await fileFacts(path)) === null) return null
    const answer = await fetch('http://localhost/healthz', { unix: path, signal: AbortSignal.timeout(withinMs) })
    await answer.body?.cancel()
    return path
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '')) {
      throw new Failure(EXIT.DENIED, `This user may not use ${path}: it is open only to the user zwitness runs as.`, {
        next: 'the same as that user (in a container: docker exec), or with --url',
        cause: error,
      })
    }
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new Failure(
        EXIT.NO_SERVICE,
        `The service at ${path} takes connections but has not answered for ${withinMs / 1000} s.`,
        {
          cause: error,
        },
      )
    return null
  }
}

function plainHeaders(init: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(init.headers))
}

/** What is sent with `--url`, or null. What was typed goes before a file. @throws UsageError */
function tokenOf({ token, tokenFile }: Pick<Settings, 'token' | 'tokenFile'>): string | null {
  const found = (token ?? (tokenFile === null ? null : readSecretFile('--token-file', tokenFile)))?.trim() ?? null
  if (found === null) return null
  // It becomes a header; a line end inside would begin another one.
  if (/^[\x21-\x7e]+$/.test(found)) return found
  throw new UsageError(
    `The token ${token === null ? `in ${tokenFile} ` : ''}is empty or holds blanks; zwitness token create NAME makes one.`,
  )
}
