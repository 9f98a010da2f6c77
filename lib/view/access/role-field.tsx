import { FieldFault } from './form-parts.tsx'

const ROLES = [
  ['VIEWER', 'viewer: reads'],
  ['OPERATOR', 'operator: checks, repairs what destroys nothing'],
  ['ADMIN', 'admin: everything'],
] as const

interface Props {
  /** In capitals, as in the API. Default: the least. */
  readonly value?: string
  readonly fault?: string | undefined
}

export function RoleField({ value = 'VIEWER', fault }: Props) {
  return (
    <label class="field">
      <span>Role</span>
      <select name="role" aria-invalid={fault === undefined ? undefined : true} autofocus={fault !== undefined}>
        {ROLES.map(([role, words]) => (
          <option key={role} value={role} selected={role === value}>
            {words}
          </option>
        ))}
      </select>
      {fault !== undefined && <FieldFault>{fault}</FieldFault>}
    </label>
  )
}
