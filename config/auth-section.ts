import { z } from 'zod'
import { ACCESS_ROLES, AUTH_DEFAULTS as byDefault } from './access.ts'
import { checkHeaderName, checkMode, checkPasswordHash, checkUserName } from './access-words.ts'
import { called, choice, count, ruledText, secret } from './fields.ts'

const block = (example: string) => ({
  error: (issue: { readonly code?: string; readonly input?: unknown }) =>
    issue.code === 'invalid_type' ? `Must be a block such as { ${example} }; found ${called(issue.input)}.` : undefined,
})

const UserSchema = z.strictObject(
  {
    role: z
      .enum(ACCESS_ROLES, { error: (issue) => `Must be viewer, operator or admin; found ${called(issue.input)}.` })
      .meta({ description: 'What the user may do.', examples: ['operator'] }),
    password_hash: secret({ description: 'argon2id hash of the password; zwitness user hash prints it.' }),
    password_hash_file: z
      .string({ error: 'Must be the path of a file.' })
      .meta({ description: 'A file whose content is password_hash; read at load, one line end at its end is cut off.' })
      .optional(),
  },
  block('role: admin, password_hash: $argon2id$…'),
)

const UsersSchema = z
  .record(z.string(), UserSchema, block('alice: { role: admin, password_hash: $argon2id$… }'))
  .superRefine((users, context) => {
    for (const [name, user] of Object.entries(users)) {
      const wrong = checkUserName(name)
      if (wrong !== null) context.addIssue({ code: 'custom', message: wrong, path: [name], params: { key: true } })
      const hash = user.password_hash === undefined ? null : checkPasswordHash(user.password_hash)
      if (hash !== null) context.addIssue({ code: 'custom', message: hash, path: [name, 'password_hash'] })
    }
  })

const SessionSchema = z.strictObject(
  {
    idle_hours: count(
      'hours',
      { min: 0.1, max: 8760, whole: false },
      { description: 'A session that nobody uses ends after so many hours.', default: byDefault.session.idle_hours },
    ),
    max_days: count(
      'days',
      { min: 0.1, max: 365, whole: false },
      { description: 'Every session ends after so many days.', default: byDefault.session.max_days },
    ),
  },
  block('idle_hours: 12, max_days: 7'),
)

const role = (description: string) => choice(ACCESS_ROLES, { description })

const ProxySchema = z.strictObject(
  {
    user_header: ruledText(checkHeaderName, {
      description: 'Header in which the proxy names the user.',
      default: byDefault.proxy.user_header,
    }).optional(),
    groups_header: ruledText(checkHeaderName, {
      description: "Header with the user's groups, separated by commas.",
      default: byDefault.proxy.groups_header,
    }).optional(),
    roles: z
      .record(
        z.string(),
        z.enum(ACCESS_ROLES, { error: (issue) => `Must be viewer, operator or admin; found ${called(issue.input)}.` }),
        block('san-admins: admin'),
      )
      .meta({ description: 'Group → role; the highest that fits counts.' })
      .optional(),
    default_role: role('Role of users in none of these groups; without it they are not let in.'),
  },
  block('roles: { san-admins: admin }'),
)

export const AuthSchema = z.strictObject(
  {
    mode: ruledText(checkMode, {
      description:
        'password: people sign in. proxy: a reverse proxy (server.trusted_proxies) names them. none: whoever reaches the port has none_role.',
      default: byDefault.mode,
      examples: ['password', 'proxy', 'none'],
    }).optional(),
    none_role: choice(ACCESS_ROLES, {
      description: 'Role of everybody where mode is none.',
      default: byDefault.none_role,
    }),
    users: UsersSchema.meta({ description: 'Users beside those of zwitness user add, by name.' }).optional(),
    session: SessionSchema.meta({ description: 'How long a browser stays signed in.' }).optional(),
    proxy: ProxySchema.meta({ description: 'What the proxy of mode: proxy sends.' }).optional(),
  },
  block('mode: none, none_role: operator'),
)
export type RawAuth = z.infer<typeof AuthSchema>
