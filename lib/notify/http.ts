import { rootCertificates } from 'node:tls'
import { readTextFile } from '#lib/host/files.ts'
import { filePath } from '#lib/settings/fields.ts'
import { cleanLine } from '#lib/text/clean.ts'
import type { Around } from './kind.ts'
import { DeliveryFailed } from './message.ts'

/** What every channel may have in the file. */
export const CA_KEY = {
  ca_file: filePath({
    description: 'Certificates (PEM) of an authority of your own that is believed besides the usual ones.',
    examples: ['/config/ca.pem'],
  }),
}

interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly caFile?: string | undefined
  /** What no sentence may hold, besides the address. */
  readonly secrets?: readonly (string | undefined)[]
}

interface Circumstances extends Pick<Around, 'timeoutMs'> {
  readonly signal: AbortSignal
}

const TIMEOUT_MS = 10_000
/** Of an answer only the beginning is read: nobody decides how much memory it takes. */
const MOST_READ = 4096
/** Longest wait that an answer may ask for, seconds. */
const LONGEST_WAIT = 3600

/**
 * One call. Follows no redirect, as a secret would go along; private addresses are allowed, as most of these services stand in
 * the same network. Throws DeliveryFailed for whatever is not a 2xx: what an admin can mend is retryable.
 */
export async function call(request: HttpCall, { signal, timeoutMs = TIMEOUT_MS }: Circumstances): Promise<string> {
  const { host } = new URL(request.url)
  const ca = request.caFile === undefined ? null : await authority(request.caFile)
  const deadline = AbortSignal.timeout(timeoutMs)
  const together = AbortSignal.any([signal, deadline])
  let answer: Response
  let text: string
  try {
    answer = await fetch(request.url, {
      method: request.method,
      headers: { 'user-agent': 'zwitness', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual',
      signal: together,
      ...(ca === null ? {} : { tls: { ca } }),
    })
    text = await beginningOf(answer, together)
  } catch (error) {
    if (deadline.aborted) throw new DeliveryFailed(`${host} did not answer within ${timeoutMs / 1000} s.`)
    if (signal.aborted) throw new DeliveryFailed(`The call to ${host} was broken off.`)
    throw new DeliveryFailed(`${host} could not be reached: ${whyUnreached(error)}.`)
  }
  if (answer.ok) return text
  throw refusal(host, answer, sayable(text, [request.url, ...(request.secrets ?? [])]))
}

/** A POST of JSON. */
export const postJson = (
  request: Omit<HttpCall, 'method' | 'body'> & { readonly json: unknown },
  around: Circumstances,
): Promise<string> => {
  const { json, ...rest } = request
  const headers = { 'content-type': 'application/json', ...rest.headers }
  return call({ ...rest, method: 'POST', headers, body: JSON.stringify(json) }, around)
}

/** The header of a token; without one none. */
export function bearer(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

/** The certificates of a `ca_file`, besides the usual ones; read anew for each delivery, as they are renewed. */
export async function authority(path: string): Promise<string[]> {
  try {
    return [...rootCertificates, await readTextFile(path)]
  } catch {
    throw new DeliveryFailed(`The file of ca_file, ${cleanLine(path, 300)}, cannot be read.`)
  }
}

async function beginningOf(answer: Response, signal: AbortSignal): Promise<string> {
  const reader = answer.body?.getReader()
  if (reader === undefined) return ''
  const stop = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  const parts: Uint8Array[] = []
  try {
    for (let length = 0; length < MOST_READ; ) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      length += value.length
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
  if (signal.aborted) throw new Error('The answer was broken off.')
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, MOST_READ))
}

function refusal(host: string, answer: Response, said: string): DeliveryFailed {
  const { status } = answer
  if (status >= 300 && status < 400)
    return new DeliveryFailed(
      `${host} answered ${status}: it sends elsewhere, which is not followed. Write the address that it leads to.`,
    )
  const why = said === '' ? '.' : `: ${said}`
  return new DeliveryFailed(`${host} answered ${status}${why}`, {
    // This message is too large, or not what it takes: a later try would be the same.
    retryable: ![413, 415, 422].includes(status),
    retryAfterSeconds: waitOf(answer.headers.get('retry-after')),
  })
}

/** Seconds; a date is not worth reading. */
function waitOf(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Math.min(Number(header), LONGEST_WAIT) : null
}

/** Some services send the address or the token back. A piece of this length of a secret is enough to keep the words back. */
const PIECE = 6

/** The first line of what the other side said, or nothing where it holds a piece of a secret. */
export function sayable(text: string, secrets: readonly (string | undefined)[]): string {
  const said = cleanLine(text.trim().split('\n')[0] ?? '', 200)
  const readings = [said, ...readingsOf(said)].map((each) => each.toLowerCase())
  const tells = secrets.some((secret) => {
    const hidden = decoded(secretPart(secret ?? '')).toLowerCase()
    if (hidden.length < PIECE) return hidden !== '' && readings.some((each) => each.includes(hidden))
    for (let at = 0; at + PIECE <= hidden.length; at++) {
      const piece = hidden.slice(at, at + PIECE)
      if (readings.some((each) => each.includes(piece))) return true
    }
    return false
  })
  return tells ? '' : said
}

/** What the words may mean that an answer is written with: a login in base64, signs of JSON, of HTML, of addresses. */
function readingsOf(said: string): readonly string[] {
  const escapes = said
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/&#x([0-9a-f]{1,4});/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/&#(\d{1,5});/g, (_, code: string) => String.fromCharCode(Number(code)))
  const words = said.match(/[A-Za-z0-9+/_-]{6,}/g) ?? []
  // A word may begin anywhere within what was put into base64 together.
  const base64 = words.flatMap((word) =>
    [0, 1, 2, 3].map((at) => Buffer.from(word.slice(at), 'base64').toString('latin1')),
  )
  const hex = words.flatMap((word) => [0, 1].map((at) => Buffer.from(word.slice(at), 'hex').toString('latin1')))
  return [decoded(said), escapes, ...base64, ...hex]
}

/** Of an address what follows its host. */
const secretPart = (text: string): string => text.replace(/^https?:\/\/[^/?#]*\/?/i, '')

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ConnectionRefused: 'it refuses connections',
  ECONNREFUSED: 'it refuses connections',
  ConnectionClosed: 'it ended the connection',
  ECONNRESET: 'it ended the connection',
  FailedToOpenSocket: 'there is no way to it, or no such host',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; name it as ca_file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not known; name that as ca_file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not known; name that as ca_file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not known; name that as ca_file',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** By the code alone: the text of an error may hold the whole address. */
export function whyUnreached(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? (/^[A-Za-z_]{3,60}$/.test(code) ? `the connection failed (${code})` : 'the connection failed')
}
