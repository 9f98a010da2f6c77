import { type Access, type Actor, anonymous, mayAccess } from './actor.ts'
import type { Identify } from './hooks.ts'
import type { Peer } from './peer.ts'
import { Problem } from './problem.ts'

export interface AuthorizeOptions {
  readonly identify: Identify
  /** On public paths, where nobody need be known, not to know is no reason to refuse. */
  readonly onError?: (error: unknown) => void
  /** Who it is, before it is judged whether they may. */
  readonly onActor?: (actor: Actor) => void
}

/** @throws Problem of the hook, 401 NOT_AUTHENTICATED or 403 FORBIDDEN_ROLE */
export async function authorize(
  request: Request,
  peer: Peer,
  access: Access,
  { identify, onError, onActor }: AuthorizeOptions,
): Promise<Actor> {
  if (access === 'public') return guest(request, peer, identify, onError)
  const actor = await identified(request, peer, identify)
  if (actor instanceof Problem) throw actor
  onActor?.(actor)
  requireAccess(actor, access)
  return actor
}

/** Health checks and the login page must work with an expired token in hand, and with a database that cannot be read. */
async function guest(
  request: Request,
  peer: Peer,
  identify: Identify,
  onError: AuthorizeOptions['onError'],
): Promise<Actor> {
  try {
    const actor = await identified(request, peer, identify)
    if (!(actor instanceof Problem)) return actor
  } catch (error) {
    onError?.(error)
  }
  return anonymous(peer.address, request.headers.get('user-agent'))
}

async function identified(request: Request, peer: Peer, identify: Identify): Promise<Actor | Problem> {
  try {
    return await identify(request, peer)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const WHO_CAN: Readonly<Record<Access, string>> = {
  public: 'Ask an admin.',
  viewer: 'Ask an admin for it.',
  operator: 'Ask an operator to do it, or an admin for the role.',
  admin: 'Ask an admin to do it.',
}

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
