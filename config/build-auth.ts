import { type AccessRole, type AuthConfig, AUTH_DEFAULTS as byDefault } from './access.ts'
import { oddCost } from './access-words.ts'
import type { RawAuth } from './auth-section.ts'
import type { Report } from './report.ts'

/** `auth:` with its defaults, judged together with the proxies that are trusted. */
export function buildAuth(raw: RawAuth, trustedProxies: readonly string[], report: Report): AuthConfig {
  const { session, proxy } = raw
  const mode = raw.mode === 'proxy' || raw.mode === 'none' ? raw.mode : byDefault.mode
  const auth: AuthConfig = {
    mode,
    noneRole: raw.none_role ?? byDefault.none_role,
    users: usersOf(raw, report),
    session: {
      idleSeconds: Math.round((session?.idle_hours ?? byDefault.session.idle_hours) * 3600),
      maxSeconds: Math.round((session?.max_days ?? byDefault.session.max_days) * 86_400),
    },
    proxy: {
      userHeader: (proxy?.user_header ?? byDefault.proxy.user_header).toLowerCase(),
      groupsHeader: (proxy?.groups_header ?? byDefault.proxy.groups_header).toLowerCase(),
      roles: new Map(Object.entries(proxy?.roles ?? {})),
      defaultRole: proxy?.default_role ?? null,
    },
  }
  if (mode === 'none')
    report.warn(['auth', 'mode'], `auth.mode none: whoever reaches the port is ${auth.noneRole}, without a password.`)
  else if (raw.none_role !== undefined)
    report.warn(['auth', 'none_role'], 'none_role has no effect without mode: none.')
  if (mode !== 'password' && auth.users.size > 0)
    report.warn(['auth', 'users'], `users have no effect with mode: ${mode}; nobody signs in with a password.`)
  if (mode === 'proxy') judgeProxy(auth, trustedProxies, report)
  else if (proxy !== undefined) report.warn(['auth', 'proxy'], 'proxy has no effect without mode: proxy.')
  return auth
}

function usersOf({ users = {} }: RawAuth, report: Report): AuthConfig['users'] {
  const found = new Map<string, { role: AccessRole; passwordHash: string }>()
  for (const [name, { role, password_hash }] of Object.entries(users)) {
    if (password_hash !== undefined) {
      found.set(name, { role, passwordHash: password_hash })
      const odd = oddCost(name, password_hash)
      if (odd !== null) report.warn(['auth', 'users', name, 'password_hash'], odd)
    } else
      report.fault(
        ['auth', 'users', name],
        `The user ${name} has no password_hash; zwitness user hash prints one, or leave the user out and run: zwitness user add ${name}.`,
      )
  }
  return found
}

function judgeProxy(auth: AuthConfig, trustedProxies: readonly string[], report: Report): void {
  if (trustedProxies.length === 0)
    report.fault(
      ['auth', 'mode'],
      'auth.mode proxy needs server.trusted_proxies, the address of the proxy as the witness sees it: nobody else is believed. Write for example server: { trusted_proxies: [127.0.0.1] }.',
    )
  if (auth.proxy.roles.size === 0 && auth.proxy.defaultRole === null)
    report.fault(
      ['auth', 'mode'],
      'auth.mode proxy lets nobody in without auth.proxy.roles or auth.proxy.default_role; write for example proxy: { roles: { san-admins: admin }, default_role: viewer }.',
    )
}
