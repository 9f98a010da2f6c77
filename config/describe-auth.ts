import { createHash } from 'node:crypto'
import type { AuthConfig } from './access.ts'
import type { Described } from './describe.ts'

/** `auth:` in the words of the file. A changed password shows as a change, and tells nothing of the hash. */
export function describeAuth({ mode, noneRole, users, session, proxy }: AuthConfig): readonly Described[] {
  const at = (path: readonly string[], value: Described['value']): Described => ({ path: ['auth', ...path], value })
  return [
    at(['mode'], mode),
    at(['none_role'], noneRole),
    ...[...users].flatMap(([name, { role, passwordHash }]) => [
      at(['users', name, 'role'], role),
      at(
        ['users', name, 'password_hash'],
        `sha256:${createHash('sha256').update(passwordHash).digest('hex').slice(0, 8)}`,
      ),
    ]),
    at(['session', 'idle_hours'], Number((session.idleSeconds / 3600).toFixed(4))),
    at(['session', 'max_days'], Number((session.maxSeconds / 86_400).toFixed(4))),
    at(['proxy', 'user_header'], proxy.userHeader),
    at(['proxy', 'groups_header'], proxy.groupsHeader),
    at(['proxy', 'roles'], Object.fromEntries(proxy.roles)),
    at(['proxy', 'default_role'], proxy.defaultRole),
  ]
}
