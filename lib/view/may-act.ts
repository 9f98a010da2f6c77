import type { PageFacts } from './page-facts.ts'

const RANK = { none: 0, viewer: 1, operator: 2, admin: 3 } as const

export function mayAct(role: PageFacts['role'], needs: 'operator' | 'admin'): boolean {
  return RANK[role] >= RANK[needs]
}

/** Buttons stay where they are: whoever may not press them learns whom to ask. */
export const WHY_NOT = { operator: 'Needs the operator role', admin: 'Needs the admin role' } as const
