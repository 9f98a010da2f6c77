import { reaches } from '#lib/text/ranks.ts'
import type { PageFacts } from './page-facts.ts'

export function mayAct(role: PageFacts['role'], needs: 'operator' | 'admin'): boolean {
  return reaches(role, needs)
}

/** Buttons stay where they are: whoever may not press them learns whom to ask. */
export const WHY_NOT = { operator: 'Needs the operator role', admin: 'Needs the admin role' } as const
