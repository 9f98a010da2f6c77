import type { AccessRole, AuthConfig } from '#config/access.ts'
import { reaches } from '#lib/text/ranks.ts'

/** The lesser of two; null is less than any. */
export function lesserRole(a: AccessRole | null, b: AccessRole | null): AccessRole | null {
  if (a === null || b === null) return null
  return reaches(b, a) ? a : b
}

/** What a proxy's header of groups makes of somebody: the highest of what their groups give. */
export function roleOfGroups(groups: string, { roles, defaultRole }: AuthConfig['proxy']): AccessRole | null {
  let best = defaultRole
  for (const group of groups.split(',')) {
    const role = roles.get(group.trim())
    if (role !== undefined && (best === null || !reaches(best, role))) best = role
  }
  return best
}
