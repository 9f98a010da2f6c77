import type { AccessRole, AuthConfig } from '#config/access.ts'

const RANK: Readonly<Record<AccessRole, number>> = { viewer: 1, operator: 2, admin: 3 }

/** The lesser of two; null is less than any. */
export function lesserRole(a: AccessRole | null, b: AccessRole | null): AccessRole | null {
  if (a === null || b === null) return null
  return RANK[a] <= RANK[b] ? a : b
}

/** What a proxy's header of groups makes of somebody: the highest of what their groups give. */
export function roleOfGroups(groups: string, { roles, defaultRole }: AuthConfig['proxy']): AccessRole | null {
  let best = defaultRole
  for (const group of groups.split(',')) {
    const role = roles.get(group.trim())
    if (role !== undefined && (best === null || RANK[role] > RANK[best])) best = role
  }
  return best
}
