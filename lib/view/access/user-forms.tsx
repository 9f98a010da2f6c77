import { Field, FieldFault, PostForm } from './form-parts.tsx'
import { RoleField } from './role-field.tsx'
import type { UserLine } from './user-table.tsx'

/** Why a form was refused, and where that is to be said. */
export interface UserFault {
  readonly form: 'add' | 'role' | 'password' | 'remove'
  /** Null: belongs to no field. */
  readonly field: 'name' | 'role' | 'password' | 'again' | null
  readonly text: string
  /** What was typed, but for passwords: shown again. */
  readonly typed: { readonly name?: string; readonly role?: string }
}

type At = Exclude<UserFault['field'], null>

const at = (fault: UserFault | null, field: At): string | undefined => (fault?.field === field ? fault.text : undefined)

function PasswordFields({ fault }: { readonly fault: UserFault | null }) {
  return (
    <>
      <Field
        label="Password"
        name="password"
        type="password"
        complete="new-password"
        hint="At least 10 characters, for example three words."
        fault={at(fault, 'password')}
      />
      <Field
        label="Password once more"
        name="again"
        type="password"
        complete="new-password"
        fault={at(fault, 'again')}
      />
    </>
  )
}

export function AddUserForm({ csrf, fault }: { readonly csrf: string; readonly fault: UserFault | null }) {
  return (
    <PostForm action="/users/add" csrf={csrf}>
      <Field
        label="Name"
        name="name"
        value={fault?.typed.name}
        hint="Lower-case letters and digits."
        fault={at(fault, 'name')}
      />
      <RoleField value={fault?.typed.role} fault={at(fault, 'role')} />
      <PasswordFields fault={fault} />
      <button class="button" type="submit">
        Add the user
      </button>
    </PostForm>
  )
}

interface ChangeProps {
  readonly csrf: string
  readonly user: UserLine
  readonly isSelf: boolean
  readonly fault: UserFault | null
}

/** What can be done with one user; each thing is a form of its own. */
export function ChangeUser({ csrf, user, isSelf, fault }: ChangeProps) {
  const { name } = user
  return (
    <section class="card stack" aria-labelledby="change">
      <div class="row between">
        <h2 id="change">Change {name}</h2>
        <a href="/users">Close</a>
      </div>
      {isSelf ? (
        <p>
          This is you. Your password is changed on <a href="/account">your account</a>; your role, and whether you are a
          user, by another admin, so that nobody locks themself out.
        </p>
      ) : user.isConfigured ? (
        <p>
          {name} stands in the configuration file under <code>auth.users</code>: change it there and reload.
        </p>
      ) : (
        <div class="three-columns">
          <PostForm action="/users/role" csrf={csrf}>
            <input type="hidden" name="name" value={name} />
            <RoleField value={user.role.toUpperCase()} fault={fault?.form === 'role' ? fault.text : undefined} />
            <p class="hint">
              Tokens that {name} made are never more than {name} is.
            </p>
            <button class="button" type="submit">
              Change the role
            </button>
          </PostForm>
          <PostForm action="/users/password" csrf={csrf}>
            <input type="hidden" name="name" value={name} />
            <PasswordFields fault={fault?.form === 'password' ? fault : null} />
            <p class="hint">All sessions of {name} end.</p>
            <button class="button" type="submit">
              Set the password
            </button>
          </PostForm>
          <PostForm action="/users/remove" csrf={csrf}>
            <input type="hidden" name="name" value={name} />
            <p>
              {name} {user.sessions > 0 ? 'is signed out everywhere and ' : ''}can sign in no more, and tokens that{' '}
              {name} made are revoked. What {name} did stays in the audit.
            </p>
            {fault?.form === 'remove' && <FieldFault>{fault.text}</FieldFault>}
            <button class="button danger" type="submit">
              Remove {name}
            </button>
          </PostForm>
        </div>
      )}
    </section>
  )
}
