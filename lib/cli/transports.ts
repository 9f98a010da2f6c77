import { readOwnerNote } from '#lib/db/owner-note.ts'
import { type Directories, socketPath } from '#lib/directories.ts'
import { systemErrorCode } from '#lib/host/errors.ts'
import { fileFacts } from '#lib/host/file-facts.ts'
import type { Transport } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, UsageError } from './failure.ts'
import type { LocalApp } from './loaders.ts'

export type Fetch = (url: string, init: BunFetchRequestInit) => Promise<Response>

/** @throws UsageError */
export function urlTransport(text: string, fetch: Fetch, token: string | null = null): Transport {
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

export function socketTransport(path: string, fetch: Fetch): Transport {
  return {
    kind: 'socket',
    where: path,
    send: (target, init) => fetch(`http://localhost${target}`, { ...init, timeout: false, unix: path }),
    close: async () => {},
  }
}

export function localTransport(app: LocalApp, directory: string): Transport {
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
export async function liveSocket(directories: Pick<Directories, 'data'>, fetch: Fetch): Promise<string | null> {
  const path = readOwnerNote(`${directories.data}/owner.json`)?.socketPath ?? socketPath(directories)
  try {
    if ((await fileFacts(path)) === null) return null
    const answer = await fetch('http://localhost/healthz', { unix: path, signal: AbortSignal.timeout(5_000) })
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
      throw new Failure(EXIT.NO_SERVICE, `The service at ${path} takes connections but has not answered for 5 s.`, {
        cause: error,
      })
    return null
  }
}

function plainHeaders(init: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(init.headers))
}
