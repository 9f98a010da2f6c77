import { Moment, MomentOr } from '../moment.tsx'

export interface UserLine {
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

export function UserTable({ users, self }: { readonly users: readonly UserLine[]; readonly self: string | null }) {
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
