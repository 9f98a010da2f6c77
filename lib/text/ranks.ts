/** What a dataset's health can be, worst first: what could not be seen weighs more than what only needs attention. */
export const HEALTHS = ['BROKEN', 'UNKNOWN', 'WARNING', 'HEALTHY'] as const
type HealthWord = (typeof HEALTHS)[number]

/** The more, the worse; HEALTHY is 0. A status of REPAIRING says nothing of the health: it counts as HEALTHY. */
export function severityOf(word: HealthWord | 'REPAIRING'): number {
  return word === 'REPAIRING' ? 0 : HEALTHS.length - 1 - HEALTHS.indexOf(word)
}

/** What a caller may do, least first. `none` has not signed in. */
export const ROLES = ['none', 'viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Does a role reach what is asked for? `public` asks for none. */
export function reaches(role: Role, needs: Role | 'public'): boolean {
  return needs === 'public' || ROLES.indexOf(role) >= ROLES.indexOf(needs)
}
