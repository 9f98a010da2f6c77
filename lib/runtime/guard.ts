import type { Peer } from './actor.ts'
import type { Around } from './around.ts'
import { Problem } from './problem.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A foreign name that resolves to us makes a browser treat a foreign page as our own (DNS rebinding), so only known
 * names are answered. A unix socket has no browser behind it.
 */
export function hostProblem(
  request: Request,
  peer: Peer,
  { allowedHost }: Pick<Around, 'allowedHost'>,
): Problem | null {
  const host = request.headers.get('host') ?? ''
  // Part of the request's own address, which everything behind this reads: what is none must not come so far.
  if (!URL.canParse(request.url))
    return new Problem(421, 'BAD_HOST', `"${host.slice(0, 100)}" is no name of a host; nothing answers there.`)
  if (peer.kind === 'unix' || peer.kind === 'internal' || !allowedHost) return null
  const hostname = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  if (hostname !== '' && allowedHost(hostname, host)) return null
  return new Problem(
    421,
    'BAD_HOST',
    `This server does not answer for the host "${host.slice(0, 100)}". Add it to \`server.allowed_hosts\` in the configuration.`,
  )
}

/**
 * Refuses what another site's page makes a browser send. Old browsers and plain-http origins send no
 * `Sec-Fetch-Site`, so `Origin` is judged too; a program that sends neither has no browser's cookies to abuse.
 */
export function crossSiteProblem(request: Request, around: Pick<Around, 'allowedOrigin'>): Problem | null {
  if (SAFE.has(request.method)) return null
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const foreignSite = site !== null && site !== 'same-origin' && site !== 'none'
  const foreignOrigin = origin !== null && !isOwnOrigin(origin, request, around)
  if (!foreignSite && !foreignOrigin) return null
  return new Problem(403, 'CSRF', 'The request comes from a page of another site. Use this site, or an API token.', {
    title: 'Cross-site request refused',
  })
}

function isOwnOrigin(origin: string, request: Request, around: Pick<Around, 'allowedOrigin'>): boolean {
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (URL.canParse(origin) && new URL(origin).host === host.toLowerCase()) return true
  return around.allowedOrigin?.(origin) ?? false
}
