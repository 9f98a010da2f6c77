import { z } from 'zod'
import { called, choice, count, flag, parsedText, ruledText, secret, textList } from '#lib/settings/fields.ts'
import { checkCipher, checkHostname, checkPath } from '#lib/ssh/config-words.ts'
import { PairSchema, SettingsSchema } from './datasets.ts'
import { ACCESS_ROLES, AUTH_DEFAULTS } from './effective.ts'
import { checkHeaderName, checkMode, checkNetwork, checkPasswordHash, checkUserName } from './fields.ts'
import { connectionLimits, HostsSchema } from './hosts.ts'
import { NotificationsSchema } from './notifications.ts'
import { parseLogsSize } from './units.ts'

export const SECTION_DEFAULTS = {
  scheduler: { enabled: true, interval_minutes: 30, verify_cron: '41 4 * * 0' },
  metrics: { public: false },
  ssh: {
    ciphers: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'],
    server_alive_interval_seconds: 15,
    server_alive_count_max: 3,
  },
  limits: { transfers: 4, stall_minutes: 10, command_silence_seconds: 60, command_timeout_minutes: 15, retries: 3 },
  retention: {
    uneventful_runs_days: 180,
    repairs_days: 90,
    scheduled_checks_days: 14,
    logs_days: 30,
    logs_size: '200MiB',
    lag_days: 400,
    history_days: 400,
    invocations_days: 30,
    retired_days: 30,
    backups: 7,
  },
} as const

const block = (example: string) => ({
  error: (issue: { readonly code?: string; readonly input?: unknown }) =>
    issue.code === 'invalid_type' ? `Must be a block such as { ${example} }; found ${called(issue.input)}.` : undefined,
})

export const SchedulerSchema = z.strictObject(
  {
    enabled: flag({ description: 'Scheduled scans at all.', default: SECTION_DEFAULTS.scheduler.enabled }),
    interval_minutes: count(
      'minutes',
      { min: 1, max: 1440 },
      { description: 'Distance of two scans, minutes.', default: SECTION_DEFAULTS.scheduler.interval_minutes },
    ),
    cron: ruledText(() => null, {
      description: 'Times of the scans as a cron pattern, instead of interval_minutes.',
      examples: ['*/30 * * * *'],
    }).optional(),
    timezone: ruledText(() => null, {
      description: 'Zone of cron, online and repair_window. Default: TZ of the environment, else UTC.',
      examples: ['Europe/Berlin'],
    }).optional(),
    verify_cron: ruledText(() => null, {
      description: 'When every backup is compared with its primary over the whole history; off: only when asked.',
      default: SECTION_DEFAULTS.scheduler.verify_cron,
      examples: ['41 4 * * 0', 'off'],
    }).optional(),
  },
  block('interval_minutes: 30'),
)

export const SshSchema = z.strictObject(
  {
    known_hosts_file: ruledText(checkPath, {
      description:
        'Host keys; a relative path is beside this file. Default: known_hosts beside this file, besides the one in the data directory.',
    }).optional(),
    ciphers: textList(
      checkCipher,
      { description: 'Ciphers offered, best first.', default: SECTION_DEFAULTS.ssh.ciphers },
      '[aes128-gcm@openssh.com]',
    ),
    server_alive_interval_seconds: count(
      'seconds',
      { min: 1, max: 300 },
      { description: 'Keep-alive distance, seconds.', default: SECTION_DEFAULTS.ssh.server_alive_interval_seconds },
    ),
    server_alive_count_max: count(
      'answers',
      { min: 1, max: 20 },
      {
        description: 'Missing keep-alive answers that end a connection.',
        default: SECTION_DEFAULTS.ssh.server_alive_count_max,
      },
    ),
    ...connectionLimits,
  },
  block('connect_timeout_seconds: 10'),
)

export const LimitsSchema = z.strictObject(
  {
    transfers: count(
      'transfers',
      { min: 1, max: 64 },
      { description: 'Transfers at once in all.', default: SECTION_DEFAULTS.limits.transfers },
    ),
    stall_minutes: count(
      'minutes',
      { min: 1, max: 1440 },
      {
        description: 'A transfer without a byte for this long is ended, minutes.',
        default: SECTION_DEFAULTS.limits.stall_minutes,
      },
    ),
    command_silence_seconds: count(
      'seconds',
      { min: 5, max: 3600 },
      {
        description:
          'A remote command from which not even a heartbeat comes for this long is ended: the link is dead, seconds.',
        default: SECTION_DEFAULTS.limits.command_silence_seconds,
      },
    ),
    command_timeout_minutes: count(
      'minutes',
      { min: 1, max: 240 },
      {
        description: 'For the listings of one host in one check, and for any other short remote command; minutes.',
        default: SECTION_DEFAULTS.limits.command_timeout_minutes,
      },
    ),
    retries: count(
      'tries',
      { min: 0, max: 10 },
      { description: 'Further tries after a fault that passes by itself.', default: SECTION_DEFAULTS.limits.retries },
    ),
  },
  block('transfers: 4'),
)

const checkUrl = (text: string): string | null => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return `${called(text)} is not a web address; write for example https://witness.example.`
  if (url.username !== '' || url.password !== '') return 'The address holds a user or password; leave them out.'
  return url.search === '' && url.hash === ''
    ? null
    : 'The address holds ? or #; write only the address of the start page.'
}
export const ServerSchema = z.strictObject(
  {
    public_url: ruledText(checkUrl, {
      description: 'Address that people use, for links and the origin check.',
      examples: ['https://witness.example'],
    }).optional(),
    allowed_hosts: textList(
      checkHostname,
      { description: 'Further names the service may be called by (Host header, without port).', default: [] },
      '[witness.example]',
    ),
    trusted_proxies: textList(
      checkNetwork,
      {
        description:
          'Addresses (or networks) of reverse proxies. Only from these are X-Forwarded-For and the headers of auth.proxy believed.',
        default: [],
      },
      '[127.0.0.1]',
    ),
  },
  block('public_url: https://witness.example'),
)

const days = (what: string, shown: number) =>
  count('days', { min: 1, max: 36_500 }, { description: `${what}, days.`, default: shown })
export const RetentionSchema = z.strictObject(
  {
    uneventful_runs_days: days(
      'Runs that wrote nothing and nobody asked for',
      SECTION_DEFAULTS.retention.uneventful_runs_days,
    ),
    repairs_days: days(
      'Plan and progress of repairs; what a repair did to a SAN is kept for ever',
      SECTION_DEFAULTS.retention.repairs_days,
    ),
    scheduled_checks_days: days('Clean scheduled checks', SECTION_DEFAULTS.retention.scheduled_checks_days),
    logs_days: days('Log lines in the database', SECTION_DEFAULTS.retention.logs_days),
    logs_size: parsedText(parseLogsSize, {
      description: 'Most that log lines take in the database; the oldest go first, however young they are.',
      default: SECTION_DEFAULTS.retention.logs_size,
      examples: ['200MiB'],
    }).optional(),
    lag_days: days('History of lag and delay', SECTION_DEFAULTS.retention.lag_days),
    history_days: days(
      'What became of datasets, hosts and pools, after it ended',
      SECTION_DEFAULTS.retention.history_days,
    ),
    invocations_days: days('Invocations of functions', SECTION_DEFAULTS.retention.invocations_days),
    retired_days: days(
      'Children of recursive datasets that are gone on both sides',
      SECTION_DEFAULTS.retention.retired_days,
    ),
    backups: count(
      'backups',
      { min: 1, max: 366 },
      { description: 'Nightly copies of the database that are kept.', default: SECTION_DEFAULTS.retention.backups },
    ),
  },
  block('logs_days: 30'),
)

export const MetricsSchema = z.strictObject(
  {
    public: flag({
      description:
        'true: /metrics answers whoever reaches the port. false: it needs the role viewer, a token for example.',
      default: SECTION_DEFAULTS.metrics.public,
    }),
  },
  block('public: true'),
)

const authBlock = (example: string) => ({
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
  authBlock('role: admin, password_hash: $argon2id$…'),
)

const UsersSchema = z
  .record(z.string(), UserSchema, authBlock('alice: { role: admin, password_hash: $argon2id$… }'))
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
      {
        description: 'A session that nobody uses ends after so many hours.',
        default: AUTH_DEFAULTS.session.idle_hours,
      },
    ),
    max_days: count(
      'days',
      { min: 0.1, max: 365, whole: false },
      { description: 'Every session ends after so many days.', default: AUTH_DEFAULTS.session.max_days },
    ),
  },
  authBlock('idle_hours: 12, max_days: 7'),
)

const role = (description: string) => choice(ACCESS_ROLES, { description })

const ProxySchema = z.strictObject(
  {
    user_header: ruledText(checkHeaderName, {
      description: 'Header in which the proxy names the user.',
      default: AUTH_DEFAULTS.proxy.user_header,
    }).optional(),
    groups_header: ruledText(checkHeaderName, {
      description: "Header with the user's groups, separated by commas.",
      default: AUTH_DEFAULTS.proxy.groups_header,
    }).optional(),
    roles: z
      .record(
        z.string(),
        z.enum(ACCESS_ROLES, { error: (issue) => `Must be viewer, operator or admin; found ${called(issue.input)}.` }),
        authBlock('san-admins: admin'),
      )
      .meta({ description: 'Group → role; the highest that fits counts.' })
      .optional(),
    default_role: role('Role of users in none of these groups; without it they are not let in.'),
  },
  authBlock('roles: { san-admins: admin }'),
)

export const AuthSchema = z.strictObject(
  {
    mode: ruledText(checkMode, {
      description:
        'password: people sign in. proxy: a reverse proxy (server.trusted_proxies) names them. none: whoever reaches the port has none_role.',
      default: AUTH_DEFAULTS.mode,
      examples: ['password', 'proxy', 'none'],
    }).optional(),
    none_role: choice(ACCESS_ROLES, {
      description: 'Role of everybody where mode is none.',
      default: AUTH_DEFAULTS.none_role,
    }),
    users: UsersSchema.meta({ description: 'Users beside those of zwitness user add, by name.' }).optional(),
    session: SessionSchema.meta({ description: 'How long a browser stays signed in.' }).optional(),
    proxy: ProxySchema.meta({ description: 'What the proxy of mode: proxy sends.' }).optional(),
  },
  authBlock('mode: none, none_role: operator'),
)
export type RawAuth = z.infer<typeof AuthSchema>

/** The file as written: strict, snake_case, nothing filled in. Defaults are layered in `build-datasets.ts` and its kin. */
export const ConfigSchema = z.strictObject(
  {
    san_hosts: HostsSchema,
    pairs: z
      .array(PairSchema, {
        error: (issue) => `Must be a list of pairs, each beginning with "- "; found ${called(issue.input)}.`,
      })
      .meta({ description: 'Primary host → backup host, with the datasets between them.' }),
    defaults: SettingsSchema.meta({ description: 'Settings for all datasets of all pairs.' }).optional(),
    ssh: SshSchema.meta({ description: 'Settings of the SSH connections.' }).optional(),
    scheduler: SchedulerSchema.meta({ description: 'When scans run by themselves.' }).optional(),
    limits: LimitsSchema.meta({ description: 'Limits of the whole witness.' }).optional(),
    auth: AuthSchema.meta({ description: 'Who may sign in, and who may do what.' }).optional(),
    server: ServerSchema.meta({ description: 'How the service is called from outside.' }).optional(),
    retention: RetentionSchema.meta({
      description: 'How long history is kept. Runs that wrote to a SAN, or that a person asked for, are kept for ever.',
    }).optional(),
    metrics: MetricsSchema.meta({ description: 'What Prometheus reads under /metrics.' }).optional(),
    notifications: NotificationsSchema.meta({
      description: 'Who is told what, and what hears that the witness is alive.',
    }).optional(),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `The file must be a block of keys with san_hosts and pairs; found ${called(issue.input)}.`
        : undefined,
  },
)
