import type { ComponentChildren } from 'preact'

/** What stands in the way, before the form that it is about; read out by screen readers at once. */
export function Fault({ text }: { readonly text: string | null }) {
  if (text === null) return null
  return (
    <p class="note bad" role="alert">
      {text}
    </p>
  )
}

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly type?: 'text' | 'password' | 'number' | 'search'
  readonly value?: string
  /** What browsers and password managers fill in. */
  readonly complete?: string
  readonly hint?: string
  readonly required?: boolean
  readonly focus?: boolean
  /** What is wrong with what was typed: said at the field, which takes the focus. */
  readonly fault?: string | undefined
}

export function Field({
  label,
  name,
  type = 'text',
  value,
  complete = 'off',
  hint,
  required = true,
  focus,
  fault,
}: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name}
        // Their attributes are the same; the types only know one kind at a time.
        type={type as 'text'}
        value={value}
        autocomplete={complete}
        required={required}
        autofocus={focus || fault !== undefined}
        aria-invalid={fault === undefined ? undefined : true}
        spellcheck={false}
      />
      {fault !== undefined && <FieldFault>{fault}</FieldFault>}
      {hint && <small>{hint}</small>}
    </label>
  )
}

/** Inside the label, so that it belongs to the field's name. */
export function FieldFault({ children }: { readonly children: ComponentChildren }) {
  return <strong class="fault">{children}</strong>
}

/** A form of a page: posts to `action` and brings its token. */
export function PostForm({
  action,
  csrf,
  inline = false,
  children,
}: {
  readonly action: string
  readonly csrf: string
  /** One button in a line of a table. */
  readonly inline?: boolean
  readonly children: ComponentChildren
}) {
  return (
    <form class={inline ? 'form' : 'form stack'} method="post" action={action}>
      <input type="hidden" name="csrf" value={csrf} />
      {children}
    </form>
  )
}

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
