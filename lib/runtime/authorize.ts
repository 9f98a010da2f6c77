import { type Access, type Actor, anonymous, mayAccess } from './actor.ts'
import type { Identify } from './hooks.ts'
import type { Peer } from './peer.ts'
import { Problem } from './problem.ts'

/** @throws Problem of the hook, 401 NOT_AUTHENTICATED or 403 FORBIDDEN_ROLE */
export async function authorize(request: Request, peer: Peer, access: Access, identify: Identify): Promise<Actor> {
  const actor = await identified(request, peer, identify)
  if (actor instanceof Problem) {
    // Health checks and the login page must work with an expired token in hand.
    if (access === 'public') return anonymous(peer.address, request.headers.get('user-agent'))
    throw actor
  }
  requireAccess(actor, access)
  return actor
}

async function identified(request: Request, peer: Peer, identify: Identify): Promise<Actor | Problem> {
  try {
    return await identify(request, peer)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

export function requireAccess(actor: Actor, access: Access): void {
  if (mayAccess(actor.role, access)) return
  if (actor.role === 'none') throw new Problem(401, 'NOT_AUTHENTICATED', 'Sign in, or send a token.')
  throw new Problem(
    403,
    'FORBIDDEN_ROLE',
    `This needs the role ${access}; ${actor.name} has the role ${actor.role}. Ask an admin.`,
  )
}
