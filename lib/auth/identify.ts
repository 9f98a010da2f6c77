import type { AuthConfig } from '#config/effective.ts'
import { type Actor, anonymous, type Peer } from '#lib/runtime/actor.ts'
import type { Around } from '#lib/runtime/around.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { isSecure } from './guard.ts'
import { type Makers, roleOfGroups } from './makers.ts'
import { clientAddress, isWithin } from './networks.ts'
import type { AuthParts, Origin } from './ports.ts'
import { readCookie } from './secrets.ts'
import type { Sessions } from './sessions.ts'
import type { Setup } from './sign-in.ts'
import { TOKEN_PREFIX, type Tokens } from './tokens.ts'

interface Ways {
  readonly config: AuthParts['config']
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly makers: Makers
  readonly setup: Setup
}

/**
 * Who is it? A token says so itself, whichever way it comes; the socket file (0600) is its owner's; everyone else by
 * `auth.mode`. A browser without a session is no one.
 */
export function createIdentify({ config, sessions, tokens, makers, setup }: Ways): Around['identify'] {
  return async (request, peer) => {
    const { auth, server } = config()
    const origin = {
      address: clientAddress(request, peer, server.trustedProxies),
      userAgent: request.headers.get('user-agent'),
    }
    const bearer = bearerOf(request)
    if (bearer?.startsWith(TOKEN_PREFIX)) return byToken(bearer, origin, tokens)
    if (peer.kind === 'unix' || peer.kind === 'internal') {
      return { kind: 'socket', name: 'local', role: 'admin', ...origin, address: null }
    }
    if (auth.mode === 'none') return { kind: 'none', name: 'anyone', role: auth.noneRole, ...origin }
    if (auth.mode === 'proxy') return byProxy(request, peer, auth, { origin, trusted: server.trustedProxies, makers })
    if (bearer !== null) return notGood('The token is none of zwitness; its tokens begin with zwt_.')
    const secret = readCookie('session', request, isSecure(config()))
    const open = secret === null ? null : await sessions.find(secret, origin)
    if (open !== null) return { kind: 'session', name: open.user.name, role: open.user.role, ...origin }
    if (await setup.needed()) return setUpFirst()
    return anonymous(origin.address, origin.userAgent)
  }
}

function bearerOf(request: Request): string | null {
  return /^bearer\s+(\S+)\s*$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}

async function byToken(text: string, origin: Origin, tokens: Tokens): Promise<Actor | Problem> {
  const found = await tokens.find(text, origin.address)
  if (found === null) return notGood('This token is not known here. Make one with: zwitness token create NAME.')
  const { record, state, role } = found
  if (role !== null) return { kind: 'token', name: record.name, role, ...origin }
  if (state === 'orphaned')
    return notGood(
      `The token ${record.name} opens nothing: ${record.createdBy}, who made it, may not come in any more. Make a new one.`,
    )
  const at = new Date((state === 'expired' ? record.expiresAt : record.revokedAt) ?? 0).toISOString()
  return notGood(
    `The token ${record.name} ${state === 'expired' ? 'expired' : 'was revoked'} at ${at}. Make a new one.`,
  )
}

/** Headers are believed of the socket's own peer only, never by X-Forwarded-For. */
async function byProxy(
  request: Request,
  peer: Peer,
  { proxy }: AuthConfig,
  {
    origin,
    trusted,
    makers,
  }: { readonly origin: Origin; readonly trusted: readonly string[]; readonly makers: Makers },
): Promise<Actor | Problem> {
  if (!isWithin(peer.address, trusted))
    return notGood(
      'People come here through the proxy that signs them in; this request did not. Programs send a token.',
    )
  const name = request.headers.get(proxy.userHeader)?.trim() ?? ''
  if (!/^[^\p{Cc}]{1,200}$/u.test(name))
    return notGood(`The proxy named no user in ${proxy.userHeader}. Sign in there, or correct auth.proxy.user_header.`)
  const groups = request.headers.get(proxy.groupsHeader) ?? ''
  await makers.seen(name, groups)
  const role = roleOfGroups(groups, proxy)
  if (role !== null) return { kind: 'proxy', name, role, ...origin }
  return new Problem(
    403,
    'FORBIDDEN_ROLE',
    `${name} is in no group that auth.proxy.roles knows. Ask an admin of the witness to add one.`,
  )
}

function notGood(detail: string): Problem {
  return new Problem(401, 'NOT_AUTHENTICATED', detail, { headers: { 'WWW-Authenticate': 'Bearer' } })
}

function setUpFirst(): Problem {
  const detail =
    'Nobody can sign in yet: make the first user with the link in the log of the service, or on its machine with: zwitness user add NAME --role admin.'
  return new Problem(503, 'SETUP_REQUIRED', detail, {
    title: 'Not set up yet',
    retryable: false,
    next: { href: '/setup' },
    headers: { 'Retry-After': '60' },
  })
}
