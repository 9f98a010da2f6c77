import { z } from 'zod'
import { checkCipher, checkHostname, checkPath } from '#lib/ssh/config-words.ts'
import { checkNetwork } from './access-words.ts'
import { called, choice, count, flag, parsedText, ruledText, secret, textList, withFiles } from './fields.ts'
import { connectionLimits } from './hosts.ts'
import { parseDuration, parseLogsSize } from './units.ts'

export const SECTION_DEFAULTS = {
  scheduler: { enabled: true, interval_minutes: 30, verify_cron: '41 4 * * 0' },
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
    invocations_days: 30,
    retired_days: 30,
  },
} as const
const byDefault = SECTION_DEFAULTS

const block = (example: string) => ({
  error: (issue: { readonly code?: string; readonly input?: unknown }) =>
    issue.code === 'invalid_type' ? `Must be a block such as { ${example} }; found ${called(issue.input)}.` : undefined,
})

export const SchedulerSchema = z.strictObject(
  {
    enabled: flag({ description: 'Scheduled scans at all.', default: byDefault.scheduler.enabled }),
    interval_minutes: count(
      'minutes',
      { min: 1, max: 1440 },
      { description: 'Distance of two scans, minutes.', default: byDefault.scheduler.interval_minutes },
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
      default: byDefault.scheduler.verify_cron,
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
      { description: 'Ciphers offered, best first.', default: byDefault.ssh.ciphers },
      '[aes128-gcm@openssh.com]',
    ),
    server_alive_interval_seconds: count(
      'seconds',
      { min: 1, max: 300 },
      { description: 'Keep-alive distance, seconds.', default: byDefault.ssh.server_alive_interval_seconds },
    ),
    server_alive_count_max: count(
      'answers',
      { min: 1, max: 20 },
      {
        description: 'Missing keep-alive answers that end a connection.',
        default: byDefault.ssh.server_alive_count_max,
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
      { description: 'Transfers at once in all.', default: byDefault.limits.transfers },
    ),
    stall_minutes: count(
      'minutes',
      { min: 1, max: 1440 },
      {
        description: 'A transfer without a byte for this long is ended, minutes.',
        default: byDefault.limits.stall_minutes,
      },
    ),
    command_silence_seconds: count(
      'seconds',
      { min: 5, max: 3600 },
      {
        description:
          'A remote command from which not even a heartbeat comes for this long is ended: the link is dead, seconds.',
        default: byDefault.limits.command_silence_seconds,
      },
    ),
    command_timeout_minutes: count(
      'minutes',
      { min: 1, max: 240 },
      {
        description: 'For the listings of one host in one check, and for any other short remote command; minutes.',
        default: byDefault.limits.command_timeout_minutes,
      },
    ),
    retries: count(
      'tries',
      { min: 0, max: 10 },
      { description: 'Further tries after a fault that passes by itself.', default: byDefault.limits.retries },
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
      byDefault.retention.uneventful_runs_days,
    ),
    repairs_days: days(
      'Plan and progress of repairs; what a repair did to a SAN is kept for ever',
      byDefault.retention.repairs_days,
    ),
    scheduled_checks_days: days('Clean scheduled checks', byDefault.retention.scheduled_checks_days),
    logs_days: days('Log lines in the database', byDefault.retention.logs_days),
    logs_size: parsedText(parseLogsSize, {
      description: 'Most that log lines take in the database; the oldest go first, however young they are.',
      default: byDefault.retention.logs_size,
      examples: ['200MiB'],
    }).optional(),
    lag_days: days('History of lag and delay', byDefault.retention.lag_days),
    invocations_days: days('Invocations of functions', byDefault.retention.invocations_days),
    retired_days: days('Children of recursive datasets that are gone on both sides', byDefault.retention.retired_days),
  },
  block('logs_days: 30'),
)

/** Loose on purpose: kept for a later version, which will be strict. Whatever is not known here is masked when shown. */
const ChannelSchema = z.looseObject(
  withFiles({
    name: ruledText(() => null, { description: 'Name of the channel.' }).optional(),
    type: choice(['webhook', 'ntfy', 'email', 'slack', 'discord'], { description: 'Kind of channel.' }),
    min_severity: choice(['warning', 'critical'], { description: 'Least severity that is sent.' }),
    url: secret({ description: 'Address (it often holds a token).' }),
    token: secret({ description: 'Access token.' }),
    password: secret({ description: 'Password of the mail server.' }),
  }),
)
export const NotificationsSchema = z.looseObject(
  withFiles({
    warn_for: parsedText(parseDuration, {
      description: 'How long a WARNING must last before it is sent.',
      examples: ['30m'],
    }).optional(),
    ping_url: secret({ description: "Address of a dead man's switch, called after every scan." }),
    channels: z
      .array(ChannelSchema, { error: (issue) => `Must be a list of channels; found ${called(issue.input)}.` })
      .meta({ description: 'Where messages go.' })
      .optional(),
  }),
  block('warn_for: 30m'),
)
