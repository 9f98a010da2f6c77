import { Moment, MomentOr } from '../moment.tsx'
import { Field, FieldFault, PostForm, RoleField } from './form-parts.tsx'

interface UsersProps {
  readonly csrf: string
  /** Who asks: cannot lock themself out. */
  readonly self: string | null
  readonly users: readonly UserLine[]
  /** Whose role, password or place is to be changed; null: no one's. */
  readonly chosen: string | null
  /** What holds instead where no one signs in with a password here; null: they do. */
  readonly instead: string | null
  readonly fault?: UserFault | null
  readonly done?: string | null
}

/** Who may sign in, and as what. */
export function Users({ csrf, self, users, chosen, instead, fault = null, done = null }: UsersProps) {
  const user = users.find(({ name }) => name === chosen)
  return (
    <div class="stack">
      <nav class="crumbs" aria-label="Where you are">
        <ol>
          <li>
            <a href="/account">Account</a>
          </li>
          <li aria-current="page">Users</li>
        </ol>
      </nav>
      <h1>Users</h1>
      {instead !== null && <p class="note info">{instead}</p>}
      {fault !== null && fault.field === null && (
        <p class="note bad" role="alert">
          {fault.text}
        </p>
      )}
      {done !== null && (
        <p class="note good" role="status">
          {done}
        </p>
      )}
      {user !== undefined && <ChangeUser csrf={csrf} user={user} isSelf={user.name === self} fault={fault} />}
      <section class="card stack">
        <h2>Who may sign in</h2>
        {users.length === 0 ? <p class="empty">There is no user yet.</p> : <UserTable users={users} self={self} />}
      </section>
      <section class="card stack">
        <h2>Add a user</h2>
        <AddUserForm csrf={csrf} fault={fault?.form === 'add' ? fault : null} />
      </section>
      <p>
        What anybody changes here stands in <a href="/audit?action=userAdd,userChange,userRemove">the audit</a>. Whoever
        lost every password: on the machine of the service, <code>zwitness user passwd NAME</code>.
      </p>
    </div>
  )
}

interface UserLine {
  readonly name: string
  /** In lower case. */
  readonly role: string
  /** In the configuration file: changed there. */
  readonly isConfigured: boolean
  /** RFC 3339; null for those of the configuration. */
  readonly createdAt: string | null
  /** RFC 3339; null: never. */
  readonly signedInAt: string | null
  /** Browsers that are signed in now. */
  readonly sessions: number
}

function UserTable({ users, self }: { readonly users: readonly UserLine[]; readonly self: string | null }) {
  return (
    <div class="scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">Made</th>
            <th scope="col">Last sign-in</th>
            <th scope="col" class="num">
              Sessions
            </th>
            <th scope="col">
              <span class="visually-hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.name}>
              <th scope="row">
                {user.name} {user.name === self && <span class="tag">you</span>}
              </th>
              <td data-label="Role">{user.role}</td>
              <td data-label="Made">
                {user.createdAt === null ? 'in the configuration' : <Moment at={user.createdAt} quiet />}
              </td>
              <td data-label="Last sign-in">
                <MomentOr at={user.signedInAt} none="never" quiet />
              </td>
              <td data-label="Sessions" class="num">
                {user.sessions}
              </td>
              <td>
                {user.isConfigured ? (
                  <>
                    changed under <code>auth.users</code>
                  </>
                ) : (
                  <a
                    class="button"
                    href={`/users?user=${encodeURIComponent(user.name)}`}
                    aria-label={`Change ${user.name}`}
                  >
                    Change
                  </a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

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

function AddUserForm({ csrf, fault }: { readonly csrf: string; readonly fault: UserFault | null }) {
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
function ChangeUser({ csrf, user, isSelf, fault }: ChangeProps) {
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
