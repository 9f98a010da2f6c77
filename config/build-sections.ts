import { besideConfig } from './build-hosts.ts'
import { type AccessRole, AUTH_DEFAULTS, type AuthConfig, type Config } from './effective.ts'
import { oddCost } from './fields.ts'
import type { Parts, Report } from './parts.ts'
import { type RawAuth, SECTION_DEFAULTS } from './schema.ts'
import { parseLogsSize } from './units.ts'
import { checkTimezone, type Schedule, scheduleOfCron, scheduleOfInterval } from './windows.ts'

interface Surroundings {
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: number
  readonly systemZone?: string
}

type Sections = Pick<Config, 'ssh' | 'scheduler' | 'limits' | 'auth' | 'server' | 'retention' | 'metrics'>

/** The sections that stand for themselves, defaults filled in. */
export function buildSections(parts: Parts, around: Surroundings, report: Report): Sections {
  const { ssh, limits, auth, server, retention } = parts
  const minute = 60
  return {
    ssh: {
      knownHostsFile: ssh.known_hosts_file === undefined ? null : besideConfig(ssh.known_hosts_file, around.file),
      ciphers: ssh.ciphers ?? SECTION_DEFAULTS.ssh.ciphers,
      serverAliveIntervalSeconds:
        ssh.server_alive_interval_seconds ?? SECTION_DEFAULTS.ssh.server_alive_interval_seconds,
      serverAliveCountMax: ssh.server_alive_count_max ?? SECTION_DEFAULTS.ssh.server_alive_count_max,
    },
    scheduler: buildScheduler(parts.scheduler, around, report),
    limits: {
      transfers: limits.transfers ?? SECTION_DEFAULTS.limits.transfers,
      stallSeconds: (limits.stall_minutes ?? SECTION_DEFAULTS.limits.stall_minutes) * minute,
      commandSilenceSeconds: limits.command_silence_seconds ?? SECTION_DEFAULTS.limits.command_silence_seconds,
      commandTimeoutSeconds:
        (limits.command_timeout_minutes ?? SECTION_DEFAULTS.limits.command_timeout_minutes) * minute,
      retries: limits.retries ?? SECTION_DEFAULTS.limits.retries,
    },
    auth: buildAuth(auth, server.trusted_proxies ?? [], report),
    server: {
      publicUrl: server.public_url ?? null,
      allowedHosts: server.allowed_hosts ?? [],
      trustedProxies: server.trusted_proxies ?? [],
    },
    metrics: { public: parts.metrics.public ?? SECTION_DEFAULTS.metrics.public },
    retention: {
      uneventfulRunsDays: retention.uneventful_runs_days ?? SECTION_DEFAULTS.retention.uneventful_runs_days,
      repairsDays: retention.repairs_days ?? SECTION_DEFAULTS.retention.repairs_days,
      scheduledChecksDays: retention.scheduled_checks_days ?? SECTION_DEFAULTS.retention.scheduled_checks_days,
      logsDays: retention.logs_days ?? SECTION_DEFAULTS.retention.logs_days,
      logsBytes: logsBytesOf(retention.logs_size ?? SECTION_DEFAULTS.retention.logs_size),
      lagDays: retention.lag_days ?? SECTION_DEFAULTS.retention.lag_days,
      historyDays: retention.history_days ?? SECTION_DEFAULTS.retention.history_days,
      invocationsDays: retention.invocations_days ?? SECTION_DEFAULTS.retention.invocations_days,
      retiredDays: retention.retired_days ?? SECTION_DEFAULTS.retention.retired_days,
      backups: retention.backups ?? SECTION_DEFAULTS.retention.backups,
    },
  }
}

/** Text that the schema refused is a fault by now; what stands here then is never used. */
function logsBytesOf(text: string): number {
  const size = parseLogsSize(text)
  return size.ok ? size.value : 0
}

function buildScheduler(raw: Parts['scheduler'], around: Surroundings, report: Report): Config['scheduler'] {
  const timezone = zoneOf(raw?.timezone, around, report)
  const enabled = raw?.enabled ?? SECTION_DEFAULTS.scheduler.enabled
  const verifyCron = verifyCronOf(raw?.verify_cron, timezone, around, report)
  const byInterval = scheduleOfInterval(raw?.interval_minutes ?? SECTION_DEFAULTS.scheduler.interval_minutes)
  if (raw?.cron === undefined) return { enabled, timezone, verifyCron, ...byInterval }
  if (raw.interval_minutes !== undefined)
    report.fault(['scheduler', 'cron'], 'Both cron and interval_minutes are given; keep one of them.')
  const schedule = scheduleOfCron(raw.cron, timezone, around.now)
  if (!schedule.ok) report.fault(['scheduler', 'cron'], schedule.message)
  const found: Schedule = schedule.ok ? schedule.value : byInterval
  return { enabled, timezone, verifyCron, ...found }
}

function verifyCronOf(
  written: string | undefined,
  timezone: string,
  around: Surroundings,
  report: Report,
): string | null {
  if (written === undefined) return SECTION_DEFAULTS.scheduler.verify_cron
  if (written === 'off') return null
  const schedule = scheduleOfCron(written, timezone, around.now)
  if (!schedule.ok) report.fault(['scheduler', 'verify_cron'], schedule.message)
  return schedule.ok ? written : null
}

function zoneOf(written: string | undefined, { env, systemZone = 'UTC' }: Surroundings, report: Report): string {
  if (written !== undefined) {
    const wrong = checkTimezone(written)
    if (wrong === null) return written
    report.fault(['scheduler', 'timezone'], wrong)
    return 'UTC'
  }
  // POSIX allows a colon before the name.
  const ofEnvironment = env.TZ?.replace(/^:/, '')
  if (ofEnvironment === undefined || ofEnvironment === '')
    return checkTimezone(systemZone) === null ? systemZone : 'UTC'
  if (checkTimezone(ofEnvironment) === null) return ofEnvironment
  report.warn(
    ['scheduler'],
    `TZ=${ofEnvironment} in the environment is not a known time zone, so times are UTC; set scheduler.timezone, for example Europe/Berlin.`,
  )
  return 'UTC'
}

/** `auth:` with its defaults, judged together with the proxies that are trusted. */
function buildAuth(raw: RawAuth, trustedProxies: readonly string[], report: Report): AuthConfig {
  const { session, proxy } = raw
  const mode = raw.mode === 'proxy' || raw.mode === 'none' ? raw.mode : AUTH_DEFAULTS.mode
  const auth: AuthConfig = {
    mode,
    noneRole: raw.none_role ?? AUTH_DEFAULTS.none_role,
    users: usersOf(raw, report),
    session: {
      idleSeconds: Math.round((session?.idle_hours ?? AUTH_DEFAULTS.session.idle_hours) * 3600),
      maxSeconds: Math.round((session?.max_days ?? AUTH_DEFAULTS.session.max_days) * 86_400),
    },
    proxy: {
      userHeader: (proxy?.user_header ?? AUTH_DEFAULTS.proxy.user_header).toLowerCase(),
      groupsHeader: (proxy?.groups_header ?? AUTH_DEFAULTS.proxy.groups_header).toLowerCase(),
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
