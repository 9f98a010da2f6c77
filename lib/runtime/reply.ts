// What a handler answers with, and the tags by which a client knows that it has the answer already.

const REPLY = Symbol('reply')

/** A JSON answer with a status or headers other than the route's own. */
export interface Reply<Body> {
  readonly [REPLY]: true
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>
}

/** `return reply(202, run, { Location: '/api/runs/7', 'Retry-After': '2' })` */
export function reply<Body>(status: number, body: Body, headers: Readonly<Record<string, string>> = {}): Reply<Body> {
  return { [REPLY]: true, status, body, headers }
}

export function isReply(value: unknown): value is Reply<unknown> {
  return typeof value === 'object' && value !== null && REPLY in value
}

/** For pages and routes that send the browser elsewhere. @throws Error when that is not on this server */
export function redirect(path: string, status: 302 | 303 | 307 | 308 = 303): Response {
  const to = localPath(path)
  if (to === null) throw new Error(`redirect("${path}"): must be a path of this server, for example "/datasets/a"`)
  return new Response(null, { status, headers: { Location: to } })
}

/**
 * A path of this server as the parser that browsers use writes it: fit for a header, whatever was typed. Null where it leads
 * elsewhere (`//evil`, `/\\evil`, `/<tab>/evil`), or would once it is written plainly (`/..//evil`).
 */
export function localPath(path: string): string | null {
  const here = 'http://here.invalid'
  if (!path.startsWith('/') || !URL.canParse(path, here)) return null
  const { origin, pathname, search, hash } = new URL(path, here)
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : null
}

/** Strong tag of exactly these bytes. */
export function etagOf(body: string | Uint8Array): string {
  return `"${new Bun.CryptoHasher('sha256').update(body).digest('hex').slice(0, 32)}"`
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy that compresses adds `W/`. */
export function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false
  if (ifNoneMatch.trim() === '*') return true
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag))
}
