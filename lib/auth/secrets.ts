import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as 43 characters that need no quoting in a cookie or an address. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a secret: SHA-256, hex. Enough for secrets with full entropy; passwords take argon2id. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Takes the same time wherever they differ. */
export function sameText(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(left), 'hex'), Buffer.from(digestOf(right), 'hex'))
}

/** A text that only someone with the secret can make, and that does not tell the secret. */
export function derived(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64url')
}

type CookieName = 'session' | 'form' | 'browser'

const BASE: Readonly<Record<CookieName, string>> = {
  session: 'zwitness',
  form: 'zwitness-form',
  browser: 'zwitness-browser',
}
const VALUE = /^[\w-]{43}$/

/**
 * Browsers keep one jar for all ports of a machine, so the port is part of the name: a demo beside the real service signs
 * no one out. With TLS `__Host-` keeps neighbouring names from planting a cookie.
 */
function cookieName(kind: CookieName, request: Request, secure: boolean): string {
  const port = /:(\d+)$/.exec(request.headers.get('host') ?? '')?.[1] ?? ''
  return `${secure ? '__Host-' : ''}${BASE[kind]}${port === '' ? '' : `-${port}`}`
}

/** Null where there is none, or none of ours. */
export function readCookie(kind: CookieName, request: Request, secure: boolean): string | null {
  const name = cookieName(kind, request, secure)
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) {
      const value = part.slice(at + 1).trim()
      return VALUE.test(value) ? value : null
    }
  }
  return null
}

/** A `Set-Cookie` header; without `value` it deletes. `maxAgeSeconds` null: until the browser is closed. */
export function writeCookie(
  kind: CookieName,
  request: Request,
  secure: boolean,
  value: string | null,
  maxAgeSeconds: number | null = null,
): string {
  const age = value === null ? '; Max-Age=0' : maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`
  return `${cookieName(kind, request, secure)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}${age}`
}
