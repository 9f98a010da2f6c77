/** What a role may do grows from left to right; `none` is somebody who has not signed in. */
export type Role = 'none' | 'viewer' | 'operator' | 'admin'

/** What a handler asks for. `public` needs nobody. */
export type Access = 'public' | 'viewer' | 'operator' | 'admin'

/**
 * How an actor was recognised: a browser's session, an API token, the owner of the socket file (or of the process), a
 * header of a trusted proxy, nobody at all, or the process's own clock.
 */
export type ActorKind = 'session' | 'token' | 'socket' | 'proxy' | 'none' | 'schedule'

/** Who asks. Made by the product's `identify` hook, recorded with every invocation. */
export interface Actor {
  readonly kind: ActorKind
  readonly name: string
  readonly role: Role
  /** Socket address, null where there is none (unix socket, schedule). */
  readonly address: string | null
  readonly userAgent: string | null
}

const RANK: Readonly<Record<Role | 'public', number>> = { public: 0, none: 0, viewer: 1, operator: 2, admin: 3 }

export const ROLES: readonly Role[] = ['none', 'viewer', 'operator', 'admin']
export const ACCESS_LEVELS: readonly Access[] = ['public', 'viewer', 'operator', 'admin']

export function mayAccess(role: Role, access: Access): boolean {
  return RANK[role] >= RANK[access]
}

/** A forgotten `access` never opens anything: reading needs a viewer, everything else an operator. */
export function accessOf(definition: { readonly access?: Access }, method: string): Access {
  return definition.access ?? (method === 'GET' ? 'viewer' : 'operator')
}

export function anonymous(address: string | null, userAgent: string | null): Actor {
  return { kind: 'none', name: 'anonymous', role: 'none', address, userAgent }
}

/** Whom something is counted for. Those without a name are told apart by where they come from. */
export function callerKey({ kind, name, address }: Pick<Actor, 'kind' | 'name' | 'address'>): string {
  return kind === 'none' ? `${name} ${address}` : `${kind} ${name}`
}

/** The actor of everything the process does on its own. */
export const SCHEDULER_ACTOR: Actor = {
  kind: 'schedule',
  name: 'scheduler',
  role: 'admin',
  address: null,
  userAgent: null,
}
