/** Who may sign in and how: the part of the configuration that lib/auth reads. */

export type AccessRole = 'viewer' | 'operator' | 'admin'
export const ACCESS_ROLES = ['viewer', 'operator', 'admin'] as const

export interface AuthConfig {
  readonly mode: 'password' | 'proxy' | 'none'
  /** Of everybody, where the mode is none. */
  readonly noneRole: AccessRole
  /** By name (lower case). Others live in the database. */
  readonly users: ReadonlyMap<string, { readonly role: AccessRole; readonly passwordHash: string }>
  readonly session: { readonly idleSeconds: number; readonly maxSeconds: number }
  readonly proxy: {
    /** Header names in lower case. */
    readonly userHeader: string
    readonly groupsHeader: string
    /** Group → role; the highest that fits counts. */
    readonly roles: ReadonlyMap<string, AccessRole>
    /** Of whom no group is known; null: not let in. */
    readonly defaultRole: AccessRole | null
  }
}

export const AUTH_DEFAULTS = {
  mode: 'password',
  none_role: 'viewer',
  session: { idle_hours: 12, max_days: 7 },
  proxy: { user_header: 'Remote-User', groups_header: 'Remote-Groups' },
} as const

/** What an absent `auth:` means. */
export const DEFAULT_AUTH: AuthConfig = {
  mode: AUTH_DEFAULTS.mode,
  noneRole: AUTH_DEFAULTS.none_role,
  users: new Map(),
  session: {
    idleSeconds: AUTH_DEFAULTS.session.idle_hours * 3600,
    maxSeconds: AUTH_DEFAULTS.session.max_days * 86_400,
  },
  proxy: {
    userHeader: AUTH_DEFAULTS.proxy.user_header.toLowerCase(),
    groupsHeader: AUTH_DEFAULTS.proxy.groups_header.toLowerCase(),
    roles: new Map(),
    defaultRole: null,
  },
}
