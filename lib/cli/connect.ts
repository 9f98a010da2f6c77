import type { Directories } from '#lib/directories.ts'
import { type Connection, connectionOver } from './connection.ts'
import type { Interrupts } from './interrupts.ts'
import type { LocalApp } from './loaders.ts'
import type { Settings } from './settings.ts'
import { tokenOf } from './token.ts'
import { type Fetch, liveSocket, localTransport, socketTransport, urlTransport } from './transports.ts'

export interface ConnectParts {
  readonly settings: Pick<Settings, 'url' | 'token' | 'tokenFile' | 'timeoutMs'>
  readonly directories: Directories
  readonly fetch: Fetch
  readonly openApp: (directories: Directories) => Promise<LocalApp>
  readonly interrupts: Interrupts
  readonly log: (text: string) => void
}

/** The service that was named, or that runs in this data directory; null where there is none. */
export async function connectIfRunning(parts: ConnectParts): Promise<Connection | null> {
  const { settings, directories, fetch, interrupts, log } = parts
  if (settings.url !== null) return connectTo(settings.url, parts)
  const socket = await liveSocket(directories, fetch)
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

function callsOf({ settings, interrupts, log }: ConnectParts) {
  return { timeoutMs: settings.timeoutMs, signal: interrupts.signal, log }
}
