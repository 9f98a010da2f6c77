import { buildAuth } from './build-auth.ts'
import { besideConfig } from './build-hosts.ts'
import type { Config } from './effective.ts'
import type { Parts } from './parts.ts'
import type { Report } from './report.ts'
import { checkTimezone, type Schedule, scheduleOfCron, scheduleOfInterval } from './schedule.ts'
import { SECTION_DEFAULTS as byDefault } from './sections.ts'
import { parseLogsSize } from './units.ts'

export interface Surroundings {
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: number
  readonly systemZone?: string
}

type Sections = Pick<Config, 'ssh' | 'scheduler' | 'limits' | 'auth' | 'server' | 'retention'>

/** The sections that stand for themselves, defaults filled in. */
export function buildSections(parts: Parts, around: Surroundings, report: Report): Sections {
  const { ssh, limits, auth, server, retention } = parts
  const minute = 60
  return {
    ssh: {
      knownHostsFile: ssh.known_hosts_file === undefined ? null : besideConfig(ssh.known_hosts_file, around.file),
      ciphers: ssh.ciphers ?? byDefault.ssh.ciphers,
      serverAliveIntervalSeconds: ssh.server_alive_interval_seconds ?? byDefault.ssh.server_alive_interval_seconds,
      serverAliveCountMax: ssh.server_alive_count_max ?? byDefault.ssh.server_alive_count_max,
    },
    scheduler: buildScheduler(parts.scheduler, around, report),
    limits: {
      transfers: limits.transfers ?? byDefault.limits.transfers,
      stallSeconds: (limits.stall_minutes ?? byDefault.limits.stall_minutes) * minute,
      commandSilenceSeconds: limits.command_silence_seconds ?? byDefault.limits.command_silence_seconds,
      commandTimeoutSeconds: (limits.command_timeout_minutes ?? byDefault.limits.command_timeout_minutes) * minute,
      retries: limits.retries ?? byDefault.limits.retries,
    },
    auth: buildAuth(auth, server.trusted_proxies ?? [], report),
    server: {
      publicUrl: server.public_url ?? null,
      allowedHosts: server.allowed_hosts ?? [],
      trustedProxies: server.trusted_proxies ?? [],
    },
    retention: {
      uneventfulRunsDays: retention.uneventful_runs_days ?? byDefault.retention.uneventful_runs_days,
      repairsDays: retention.repairs_days ?? byDefault.retention.repairs_days,
      scheduledChecksDays: retention.scheduled_checks_days ?? byDefault.retention.scheduled_checks_days,
      logsDays: retention.logs_days ?? byDefault.retention.logs_days,
      logsBytes: logsBytesOf(retention.logs_size ?? byDefault.retention.logs_size),
      lagDays: retention.lag_days ?? byDefault.retention.lag_days,
      invocationsDays: retention.invocations_days ?? byDefault.retention.invocations_days,
      retiredDays: retention.retired_days ?? byDefault.retention.retired_days,
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
  const enabled = raw?.enabled ?? byDefault.scheduler.enabled
  const verifyCron = verifyCronOf(raw?.verify_cron, timezone, around, report)
  const byInterval = scheduleOfInterval(raw?.interval_minutes ?? byDefault.scheduler.interval_minutes)
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
  if (written === undefined) return byDefault.scheduler.verify_cron
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
