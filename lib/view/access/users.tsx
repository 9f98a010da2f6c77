import { AddUserForm, ChangeUser, type UserFault } from './user-forms.tsx'
import { type UserLine, UserTable } from './user-table.tsx'

export interface UsersProps {
  readonly csrf: string
  /** Who asks: cannot lock themself out. */
  readonly self: string | null
  readonly users: readonly UserLine[]
  /** Whose role, password or place is to be changed; null: nobody's. */
  readonly chosen: string | null
  /** What holds instead where nobody signs in with a password here; null: they do. */
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
