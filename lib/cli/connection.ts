import { systemErrorCode } from '#lib/host/errors.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { refusedBy } from './problem.ts'

/** Query values; a list is sent with commas, what is null is left out. */
export type Query = Readonly<Record<string, string | number | readonly string[] | null>>

export interface Connection {
  /** `local`: this process owns the data directory; nothing goes on after the command. */
  readonly kind: 'url' | 'socket' | 'local'
  /** For messages: an address or a path. */
  readonly where: string
  get<T>(path: string, query?: Query, options?: CallOptions): Promise<T>
  /** An answer that is a text of this media type. */
  text(path: string, type: string, query?: Query, options?: CallOptions): Promise<string>
  post<T>(path: string, body?: object, options?: CallOptions): Promise<T>
  patch<T>(path: string, body: object): Promise<T>
  delete<T>(path: string): Promise<T>
  close(): Promise<void>
}

export interface CallOptions {
  /** Default 30 s; reading two SANs takes longer. `--timeout` goes before both. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface Transport {
  readonly kind: Connection['kind']
  readonly where: string
  /** `path` begins with a slash. Throws what the network throws. */
  send(path: string, init: RequestInit): Promise<Response>
  close(): Promise<void>
}

const USUAL_TIMEOUT_MS = 30_000
/** Both SANs are read, each over ssh. */
export const SLOW: CallOptions = { timeoutMs: 5 * 60_000 }

export function connectionOver(
  transport: Transport,
  { timeoutMs, signal, log }: { readonly timeoutMs: number | null; readonly signal: AbortSignal; readonly log: Log },
): Connection {
  async function call<T>(
    method: string,
    path: string,
    body: object | null,
    options: CallOptions = {},
    answered: (response: Response) => Promise<T> = (response) => answerOf<T>(response, transport),
  ): Promise<T> {
    const limit = timeoutMs ?? options.timeoutMs ?? USUAL_TIMEOUT_MS
    const end = AbortSignal.timeout(limit)
    const signals = [end, signal, ...(options.signal ? [options.signal] : [])]
    log(`${method} ${path}`)
    const init: RequestInit = {
      method,
      headers: { Accept: 'application/json', 'User-Agent': 'zwitness-cli', ...(body ? JSON_BODY : {}) },
      body: body === null ? null : JSON.stringify(body),
      signal: AbortSignal.any(signals),
    }
    try {
      const response = await transport.send(path, init)
      return await answered(response)
    } catch (error) {
      if (error instanceof Failure) throw error
      if (signal.aborted) throw new Failure(EXIT.INTERRUPTED, 'Interrupted.', { cause: error })
      if (end.aborted) {
        const message = `${transport.where} has not answered within ${Math.round(limit / 1000)} s.`
        throw new Failure(EXIT.NO_SERVICE, message, { next: 'the same with --timeout 10m', cause: error })
      }
      throw unreachable(transport, error)
    }
  }
  return {
    kind: transport.kind,
    where: transport.where,
    get: (path, query = {}, options) => call('GET', `${path}${queryText(query)}`, null, options),
    text: (path, type, query = {}, options) =>
      call('GET', `${path}${queryText(query)}`, null, options, (response) => textOf(response, type, transport)),
    post: (path, body = {}, options) => call('POST', path, body, options),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path, null),
    close: () => transport.close(),
  }
}

export type Log = (text: string) => void

const JSON_BODY = { 'Content-Type': 'application/json' }

async function answerOf<T>(response: Response, { where }: Transport): Promise<T> {
  const type = typeOf(response)
  const isJson = /^application\/([\w.+-]*\+)?json\b/.test(type)
  if (!response.ok) throw refusedBy(response.status, isJson ? await jsonOf(response, where) : null, where)
  if (isJson) return (await jsonOf(response, where)) as T
  throw strange(where, type, 'JSON')
}

async function textOf(response: Response, wanted: string, transport: Transport): Promise<string> {
  if (!response.ok) return answerOf(response, transport)
  const type = typeOf(response)
  if (type.startsWith(wanted)) return response.text()
  throw strange(transport.where, type, wanted)
}

function typeOf(response: Response): string {
  return response.headers.get('content-type') ?? ''
}

function strange(where: string, type: string, wanted: string): Failure {
  const what = type === '' ? 'no content type' : type
  return new Failure(EXIT.NO_SERVICE, `${where} answers, but not as zwitness does (${what} instead of ${wanted}).`, {
    next: 'the same with --url of the service itself; a proxy or another program may stand there',
  })
}

async function jsonOf(response: Response, where: string): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Failure(EXIT.NO_SERVICE, `The answer of ${where} was cut off, or is no JSON.`, { cause })
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there.',
  ConnectionRefused: 'nothing listens there.',
  ECONNRESET: 'the connection was cut.',
  ConnectionClosed: 'the connection was cut.',
  FailedToOpenSocket: 'nothing answers at that address.',
}

function unreachable({ kind, where }: Transport, cause: unknown): Failure {
  const why = WORDS[systemErrorCode(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause))
  // Inside this process nothing can be unreachable: it is a fault of ours.
  if (kind === 'local') return new Failure(EXIT.FAILED, `The request failed: ${why}`, { cause })
  const next = 'zwitness serve, or the same with the right --url'
  return new Failure(EXIT.NO_SERVICE, `${where} cannot be reached: ${why}`, { next, cause })
}

function queryText(query: Query): string {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    const text = value === null ? '' : typeof value === 'object' ? value.join(',') : String(value)
    if (text !== '') fields.set(name, text)
  }
  return fields.size === 0 ? '' : `?${fields}`
}
