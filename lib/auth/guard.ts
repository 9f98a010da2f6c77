import { isIP } from 'node:net'
import type { Config } from '#config/effective.ts'
import { type Actor, callerKey } from '#lib/runtime/actor.ts'
import type { Admission, Around } from '#lib/runtime/around.ts'
import { Problem, tooMany } from '#lib/runtime/problem.ts'
import { networkOf } from './networks.ts'
import type { AuthParts } from './ports.ts'
import { derived, newSecret, readCookie, sameText, writeCookie } from './secrets.ts'

/**
 * Names under which this server answers: its own machine, every literal address (no one can make a name of it point
 * elsewhere), and what the configuration names.
 */
export function createGuard(
  config: () => Pick<Config, 'server'>,
): Required<Pick<Around, 'allowedHost' | 'allowedOrigin'>> {
  return {
    allowedHost: (hostname) => {
      const { publicUrl, allowedHosts } = config().server
      if (hostname === 'localhost' || isAddress(hostname)) return true
      if (publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).hostname === hostname) return true
      return allowedHosts.some((name) => name.toLowerCase() === hostname)
    },
    allowedOrigin: (origin) => {
      const { publicUrl } = config().server
      return publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).origin === origin
    },
  }
}

/** Cookies go over TLS only, where that is how people come here. */
export function isSecure({ server }: Pick<Config, 'server'>): boolean {
  return server.publicUrl?.toLowerCase().startsWith('https:') ?? false
}

/** IPv6 stands in brackets; a zone (`%eth0`) is in no address that a browser sends. */
function isAddress(hostname: string): boolean {
  const bracketed = /^\[([0-9a-f:.]+)\]$/.exec(hostname)?.[1]
  return bracketed === undefined ? isIP(hostname) === 4 : isIP(bracketed) === 6
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The last word before a handler: not too many writes, and none that a browser was made to send by another site's page. */
export function createAdmission({ config, now }: Pick<AuthParts, 'config' | 'now'>) {
  const limit = new WriteLimit(now)
  return ({ request, actor, access, formToken }: Admission): Problem | null => {
    if (SAFE.has(request.method)) return null
    if (formToken !== null && !isOwnForm(request, isSecure(config()), formToken)) return staleForm()
    // The framework has refused every foreign Origin already. A browser that brings its rights by itself must show one.
    const byItself = actor.kind === 'session' || actor.kind === 'proxy'
    if (byItself && !saysWhereFrom(request)) return crossSite()
    // Signing in has limits of its own.
    const wait = access === 'public' ? 0 : limit.take(actor)
    return wait === 0 ? null : tooMany('More than 120 changes in a minute; wait a moment.', wait)
  }
}

function saysWhereFrom(request: Request): boolean {
  return request.headers.get('sec-fetch-site') === 'same-origin' || request.headers.get('origin') !== null
}

function staleForm(): Problem {
  return new Problem(
    403,
    'CSRF',
    'The form is too old, or the browser keeps no cookies. Go back, load the page again, and send it once more.',
    {
      title: 'The form could not be accepted',
    },
  )
}

function crossSite(): Problem {
  return new Problem(
    403,
    'CSRF',
    'The browser did not say which page sent this, so it is not accepted with a cookie. Use this site itself; programs send a token.',
    { title: 'Cross-site request refused' },
  )
}

const PURPOSE = 'form'

/**
 * What a form sends back to show that our own page made it: derived from the session's cookie, and before anyone has
 * signed in from a cookie of its own. Another site can make a browser send the cookie, but cannot read it.
 */
export function formTokenFor(
  request: Request,
  secure: boolean,
): { readonly token: string; readonly cookie: string | null } {
  const known = readCookie('session', request, secure) ?? readCookie('form', request, secure)
  if (known !== null) return { token: derived(known, PURPOSE), cookie: null }
  const secret = newSecret()
  return { token: derived(secret, PURPOSE), cookie: writeCookie('form', request, secure, secret) }
}

export function isOwnForm(request: Request, secure: boolean, token: string): boolean {
  // Either: a form that was open before signing in is still ours afterwards.
  const cookies = [readCookie('session', request, secure), readCookie('form', request, secure)]
  return cookies.some((cookie) => cookie !== null && sameText(derived(cookie, PURPOSE), token))
}

const A_MINUTE = 120
const MOST_KEYS = 10_000

interface Bucket {
  left: number
  at: number
}

/** Writes of one actor: 120 at once, then two a second. The owner of the socket is not counted. */
export class WriteLimit {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Seconds to wait, or 0: then it is counted. */
  take(actor: Pick<Actor, 'kind' | 'name' | 'address'>): number {
    if (actor.kind === 'socket' || actor.kind === 'schedule') return 0
    const now = this.#now()
    // Those without a name are told apart by where they come from.
    const key = callerKey({ ...actor, address: networkOf(actor.address) })
    const known = this.#buckets.get(key) ?? { left: A_MINUTE, at: now }
    const left = Math.min(A_MINUTE, known.left + (Math.max(0, now - known.at) * A_MINUTE) / 60_000)
    this.#buckets.delete(key)
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now })
    const oldest = this.#buckets.keys().next().value
    if (this.#buckets.size > MOST_KEYS && oldest !== undefined) this.#buckets.delete(oldest)
    return left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / A_MINUTE))
  }
}
