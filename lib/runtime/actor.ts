// Who asks, and what they may: the four roles, the levels of access that handlers ask for, and the peer of a connection.
import { type Role, reaches } from '#lib/text/ranks.ts'
import { Problem } from './problem.ts'

/** What a role may do grows from left to right; `none` is someone who has not signed in. */

/** What a handler asks for. `public` is open to everyone. */
export type Access = 'public' | 'viewer' | 'operator' | 'admin'

/**
 * How an actor was recognised: a browser's session, an API token, the owner of the socket file (or of the process), a
 * header of a trusted proxy, not at all, or the process's own clock.
 */
type ActorKind = 'session' | 'token' | 'socket' | 'proxy' | 'none' | 'schedule'

/** Who asks. Made by the product's `identify`, recorded with every invocation. */
export interface Actor {
  readonly kind: ActorKind
  readonly name: string
  readonly role: Role
  /** Socket address, null where there is none (unix socket, schedule). */
  readonly address: string | null
  readonly userAgent: string | null
}

export const ACCESS_LEVELS: readonly Access[] = ['public', 'viewer', 'operator', 'admin']

export function mayAccess(role: Role, access: Access): boolean {
  return reaches(role, access)
}

/** A forgotten `access` never opens anything: reading needs a viewer, everything else an operator. */
export function accessOf(definition: { readonly access?: Access }, method: string): Access {
  return definition.access ?? (method === 'GET' ? 'viewer' : 'operator')
}

const WHO_CAN: Readonly<Record<Access, string>> = {
  public: 'Ask an admin.',
  viewer: 'Ask an admin for it.',
  operator: 'Ask an operator to do it, or an admin for the role.',
  admin: 'Ask an admin to do it.',
}

/** @throws Problem 401 NOT_AUTHENTICATED or 403 FORBIDDEN_ROLE */
export function requireAccess(actor: Actor, access: Access): void {
  if (mayAccess(actor.role, access)) return
  if (actor.role === 'none') throw new Problem(401, 'NOT_AUTHENTICATED', 'Sign in, or send a token.')
  throw new Problem(
    403,
    'FORBIDDEN_ROLE',
    `This needs the role ${access}; ${actor.name} has the role ${actor.role}. ${WHO_CAN[access]}`,
    { title: `Needs the role ${access}` },
  )
}

export function anonymous(address: string | null, userAgent: string | null): Actor {
  return { kind: 'none', name: 'anonymous', role: 'none', address, userAgent }
}

/** The actor of everything the process does on its own. */
export const SCHEDULER_ACTOR: Actor = {
  kind: 'schedule',
  name: 'scheduler',
  role: 'admin',
  address: null,
  userAgent: null,
}

/** Whom something is counted for. Those without a name are distinguished by where they come from. */
export function callerKey({ kind, name, address }: Pick<Actor, 'kind' | 'name' | 'address'>): string {
  return kind === 'none' ? `${name} ${address}` : `${kind} ${name}`
}

/** Where a connection comes from, as the socket says it (never a header). */
export interface Peer {
  /** `internal`: a call inside the process (tests, the CLI as owner), without any socket. */
  readonly kind: 'unix' | 'loopback' | 'remote' | 'internal'
  readonly address: string | null
}

/** What `serve` hands to the app beside the request: the part of Bun's server that is used here. */
export interface ServerEnv {
  readonly server?: {
    requestIP(request: Request): { readonly address: string } | null
    timeout(request: Request, seconds: number): void
  }
  readonly socket?: 'tcp' | 'unix'
}

export function peerOf(request: Request, env: ServerEnv | undefined): Peer {
  if (env?.socket === 'unix') return { kind: 'unix', address: null }
  if (!env?.server) return { kind: 'internal', address: null }
  const address = plainAddress(env.server.requestIP(request)?.address ?? null)
  return { kind: isLoopback(address) ? 'loopback' : 'remote', address }
}

/** A dual-stack socket writes IPv4 peers as `::ffff:127.0.0.1`. */
function plainAddress(address: string | null): string | null {
  return address === null ? null : address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

function isLoopback(address: string | null): boolean {
  return address !== null && (address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address))
}
