import { mayAct, WHY_NOT } from './may-act.ts'
import { usePage } from './page-facts.ts'

/** Beside buttons that are off for somebody: whom to ask. Once for a group of them. */
export function RoleNote({ needs = 'operator' }: { readonly needs?: 'operator' | 'admin' }) {
  const { role } = usePage()
  return mayAct(role, needs) ? null : <span class="why-not">{WHY_NOT[needs]}</span>
}
