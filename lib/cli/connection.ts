import { systemErrorCode } from '#lib/host/files.ts'
import { answerSchema, type PageOf } from './answers.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, Refused, refusedBy } from './failure.ts'

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
  /** An answer that is bytes of this media type, piece by piece. */
  pieces(path: string, type: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>
  post<T>(path: string, body?: object, options?: CallOptions): Promise<T>
  patch<T>(path: string, body: object): Promise<T>
  delete<T>(path: string): Promise<T>
  close(): Promise<void>
}

interface CallOptions {
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
/** The longest answers are lists of snapshots and scripts; none comes near. */
const MOST_BYTES = 64 * 1024 * 1024
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
    answered: (response: Response) => Promise<T> = (response) => answerOf<T>(response, { ...transport, method, path }),
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
      call('GET', `${path}${queryText(query)}`, null, options, (response) =>
        response.ok
          ? textOf(response, type, transport.where)
          : answerOf(response, { ...transport, method: 'GET', path }),
      ),
    pieces: (path, type, options) =>
      call('GET', path, null, options, async (response) => {
        if (!response.ok) return answerOf(response, { ...transport, method: 'GET', path })
        if (typeOf(response) !== type) throw wrongType(response, type, transport.where)
        return response.body ?? new Blob([]).stream()
      }),
    post: (path, body = {}, options) => call('POST', path, body, options),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path, null),
    close: () => transport.close(),
  }
}

type Log = (text: string) => void

const JSON_BODY = { 'Content-Type': 'application/json' }

interface Asked extends Pick<Transport, 'kind' | 'where'> {
  readonly method: string
  /** With its query. */
  readonly path: string
}

async function answerOf<T>(response: Response, asked: Asked): Promise<T> {
  const { where } = asked
  const type = typeOf(response)
  const isJson = /^application\/([\w.+-]*\+)?json\b/.test(type)
  if (!response.ok) throw refusedBy(response.status, isJson ? await jsonOf(response, where) : null, where)
  if (!isJson) throw strange(where, `${type === '' ? 'no content type' : type} instead of JSON`)
  const answer = await jsonOf(response, where)
  // Inside this process it was checked already, by the same schema.
  if (asked.kind !== 'local') await checkSchema(answer, asked)
  return answer as T
}

/** Anything may be at an address that was typed: an answer is shown, and acted upon, only if it has our schema. */
async function checkSchema(answer: unknown, { where, method, path }: Asked): Promise<void> {
  const route = path.split('?')[0] ?? path
  const { error } = (await answerSchema(method, route)).safeParse(answer)
  // The API may come to have further words (its description says so); a command takes none that it does not know for good.
  const issue = error?.issues.find(
    (each) => !(each.code === 'invalid_value' && each.values.length > 1 && isText(answer, each.path)),
  )
  if (issue === undefined) return
  const place = issue.path.length === 0 ? 'it' : issue.path.join('.')
  throw strange(where, `in the answer to ${method} ${route}, ${place}: ${issue.message}`)
}

function isText(answer: unknown, path: readonly PropertyKey[]): boolean {
  const found = path.reduce<unknown>((value, step) => (value as Readonly<Record<PropertyKey, unknown>>)[step], answer)
  return typeof found === 'string'
}

async function textOf(response: Response, wanted: string, where: string): Promise<string> {
  if (typeOf(response).startsWith(wanted)) return bodyOf(response, where)
  throw wrongType(response, wanted, where)
}

function wrongType(response: Response, wanted: string, where: string): Failure {
  const type = typeOf(response)
  return strange(where, `${type === '' ? 'no content type' : type} instead of ${wanted}`)
}

async function bodyOf(response: Response, where: string): Promise<string> {
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  // Leaving by an exception cancels the stream: the rest is never read.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw strange(where, `more than ${MOST_BYTES / 1024 / 1024} MiB in one answer`)
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

function typeOf(response: Response): string {
  return response.headers.get('content-type') ?? ''
}

function strange(where: string, what: string): Failure {
  return new Failure(EXIT.NO_SERVICE, `What answers at ${where} is not zwitness, or another version of it: ${what}.`, {
    next: 'the same with --url of the service itself (a proxy or another program may stand there); zwitness version tells both versions',
  })
}

async function jsonOf(response: Response, where: string): Promise<unknown> {
  const text = await bodyOf(response, where)
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
  TooManyRedirects: 'it redirects without end.',
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

/**
 * Rows of a list over its pages, at most `most` of them. The first page is returned too, for the fields beside its rows.
 */
export async function readPages<T, P extends PageOf<T> = PageOf<T>>(
  connection: Connection,
  path: string,
  query: Query,
  { most, pageSize }: { readonly most: number; readonly pageSize: number },
): Promise<{ readonly items: readonly T[]; readonly first: P; readonly hasMore: boolean }> {
  const ask = (cursor: string | null, limit: number): Promise<P> => connection.get<P>(path, { ...query, limit, cursor })
  const first = await ask(null, Math.min(most, pageSize))
  const items = [...first.items]
  let cursor = first.nextCursor
  while (cursor !== null && items.length < most) {
    const page = await ask(cursor, Math.min(most - items.length, pageSize))
    items.push(...page.items)
    // A list that gives the same cursor again would never end.
    cursor = page.nextCursor === cursor ? null : page.nextCursor
  }
  return { items, first, hasMore: cursor !== null }
}

/** An operand that is the id of a SAN or of a dataset: asked as the one, and where there is none, as the other. */
export async function byHostOrDataset<T>(operand: string | undefined, ask: (query: Query) => Promise<T>): Promise<T> {
  if (operand === undefined) return ask({})
  try {
    return await ask({ host: operand })
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.code !== 'NO_SUCH_HOST') throw error
    return ask({ datasetId: operand })
  }
}

/** Address of a dataset; an id may hold any character. */
export function datasetPath(id: string, rest = ''): string {
  return `/api/datasets/${encodeURIComponent(id)}${rest}`
}
