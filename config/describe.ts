import { createHash, createHmac, randomBytes } from 'node:crypto'
import { KINDS } from '#lib/notify/channels/all.ts'
import type { ChannelConfig, NotificationSettings } from '#lib/notify/settings.ts'
import type { AuthConfig, Config, DatasetConfig, HostConfig } from './effective.ts'
import { schemaAt } from './json-schema.ts'
import { sizeText, spanWord } from './units.ts'
import { minuteText } from './windows.ts'

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

/** One value in force, under the key a person would write: `['datasets', id, 'max_delay_hours']` → 72. */
export interface Described {
  readonly path: readonly string[]
  /** In the units of the file; null: not set, and nothing stands in for it. */
  readonly value: Plain
}

/** The whole configuration in the words of the file. `config show` and the difference of a reload are made of it. */
export function describeConfig(config: Config): readonly Described[] {
  const { ssh, scheduler, limits, auth, server, retention, metrics, notifications } = config
  return [
    ...[...config.hosts.values()].flatMap((host) => section(['san_hosts', host.id], hostKeys(host))),
    ...config.datasets.flatMap((dataset) => section(['datasets', dataset.id], datasetKeys(dataset))),
    ...section(['ssh'], {
      known_hosts_file: ssh.knownHostsFile,
      ciphers: ssh.ciphers,
      server_alive_interval_seconds: ssh.serverAliveIntervalSeconds,
      server_alive_count_max: ssh.serverAliveCountMax,
    }),
    ...section(['scheduler'], {
      enabled: scheduler.enabled,
      cron: scheduler.cron,
      interval_minutes: scheduler.intervalSeconds / 60,
      timezone: scheduler.timezone,
      verify_cron: scheduler.verifyCron ?? 'off',
    }),
    ...section(['limits'], {
      transfers: limits.transfers,
      stall_minutes: limits.stallSeconds / 60,
      command_silence_seconds: limits.commandSilenceSeconds,
      command_timeout_minutes: limits.commandTimeoutSeconds / 60,
      retries: limits.retries,
    }),
    ...describeAuth(auth),
    ...section(['server'], {
      public_url: server.publicUrl,
      allowed_hosts: server.allowedHosts,
      trusted_proxies: server.trustedProxies,
    }),
    ...section(['retention'], {
      uneventful_runs_days: retention.uneventfulRunsDays,
      repairs_days: retention.repairsDays,
      scheduled_checks_days: retention.scheduledChecksDays,
      logs_days: retention.logsDays,
      logs_size: sizeText(retention.logsBytes),
      lag_days: retention.lagDays,
      history_days: retention.historyDays,
      invocations_days: retention.invocationsDays,
      retired_days: retention.retiredDays,
      backups: retention.backups,
    }),
    ...section(['metrics'], { public: metrics.public }),
    ...describeNotifications(notifications),
  ]
}

function section(base: readonly string[], keys: Readonly<Record<string, Plain>>): Described[] {
  return Object.entries(keys).map(([key, value]) => ({ path: [...base, ...key.split('.')], value }))
}

function hostKeys(host: HostConfig): Record<string, Plain> {
  return {
    hostname: host.hostname,
    ssh_user: host.sshUser,
    port: host.port,
    identity_file: host.identityFile,
    zfs_command: host.zfsCommand,
    max_transfers: host.maxTransfers,
    max_handshakes: host.maxHandshakes,
    connect_timeout_seconds: host.connectTimeoutSeconds,
    proxy_jump: host.proxyJump,
    online: host.online.kind === 'hours' ? host.online.text : host.online.kind,
  }
}

function datasetKeys({ policy, ...dataset }: DatasetConfig): Record<string, Plain> {
  const hours = (seconds: number | null): number | null =>
    seconds === null ? null : Number((seconds / 3600).toFixed(4))
  return {
    pair: dataset.pair,
    name: `${dataset.primary.host}:${dataset.primary.dataset}`,
    backup_dataset: `${dataset.backup.host}:${dataset.backup.dataset}`,
    auto_repair: policy.autoRepair,
    dry_run: policy.dryRun,
    paused: dataset.paused,
    recursive: dataset.recursive,
    exclude: dataset.exclude,
    max_delay_hours: hours(policy.maxDelaySeconds),
    warn_delay_hours: hours(policy.warnDelaySeconds),
    min_age_hours: hours(policy.minAgeSeconds),
    max_recovery_point_hours: hours(policy.maxRecoveryPointSeconds),
    primary_max_age_hours: hours(policy.primaryMaxAgeSeconds),
    repair_when: policy.repairWhen,
    retired: policy.retired,
    on_diverged: policy.onDiverged,
    anchor: policy.anchor,
    initial: policy.initial,
    snapshot_include: policy.snapshotInclude,
    snapshot_exclude: policy.snapshotExclude,
    'send.raw': policy.send.raw,
    'send.large_blocks': policy.send.largeBlocks,
    'send.compressed': policy.send.compressed,
    keep_free:
      'bytes' in policy.keepFree
        ? sizeText(policy.keepFree.bytes)
        : `${Number((policy.keepFree.fraction * 100).toFixed(4))}%`,
    bandwidth_limit: policy.bandwidthLimit === null ? null : `${sizeText(policy.bandwidthLimit)}/s`,
    repair_window: policy.repairWindow?.text ?? null,
  }
}

/** `auth:` in the words of the file. A changed password shows as a change, and reveals nothing of the hash. */
function describeAuth({ mode, noneRole, users, session, proxy }: AuthConfig): readonly Described[] {
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

function describeNotifications(told: NotificationSettings): readonly Described[] {
  return [
    ...section(['notifications'], {
      warn_for: spanWord(told.warnForSeconds),
      digest: told.digestAt === null ? null : minuteText(told.digestAt),
      report: told.report === null ? null : told.report.every === 'week' ? 'weekly' : 'monthly',
    }),
    ...told.channels.flatMap((channel) => section(['notifications', 'channels', channel.name], channelKeys(channel))),
    ...told.deadman.flatMap(({ url, kind, by }, at) =>
      section(['notifications', 'deadman', String(at)], { url: unshown(url), kind, by }),
    ),
  ]
}

function channelKeys({ settings, ...channel }: ChannelConfig): Record<string, Plain> {
  const { quietHours, events, pairs } = channel
  const kind = KINDS.find(({ type }) => type === channel.type)
  const schema = schemaAt(['notifications', 'channels', 0], { notifications: { channels: [{ type: channel.type }] } })
  const own = Object.keys(kind?.keys ?? {}).map((key): [string, Plain] => {
    const { secret, default: usual } = schema?.properties?.[key] ?? {}
    const value = (settings[key] ?? usual ?? null) as Plain
    return [key, secret === true && value !== null ? unshown(String(value)) : value]
  })
  return {
    type: channel.type,
    min_severity: channel.minSeverity,
    events,
    pairs,
    quiet_hours: quietHours === null ? null : `${minuteText(quietHours.from)}-${minuteText(quietHours.to)}`,
    critical: channel.critical,
    ...Object.fromEntries(own),
  }
}

/** Of this process alone: what stands in for a secret shows that it changed, and is no hint by which one could guess it. */
const KEY = randomBytes(32)

function unshown(secret: string): string {
  return `not shown (${createHmac('sha256', KEY).update(secret).digest('hex').slice(0, 8)})`
}

interface Change {
  /** `datasets.hqs8-hqs1.HQS8DAT1`, `san_hosts.hqs9`, or down to the key: `scheduler.interval_minutes`. */
  readonly path: string
  /** Set where a dataset was added, removed or changed. */
  readonly datasetId: string | null
  /** As written in the file; null: was, or is, not there. */
  readonly from: Plain
  readonly to: Plain
}

interface Difference {
  readonly changed: boolean
  readonly added: readonly Change[]
  readonly removed: readonly Change[]
  readonly changes: readonly Change[]
}

interface Thing {
  readonly datasetId: string | null
  readonly keys: Map<string, Plain>
}

/** What a reload would change in what is in force. Comments, order and another way to write the same value do not count. */
export function difference(before: Config, after: Config): Difference {
  const old = things(before)
  const now = things(after)
  const added: Change[] = []
  const removed: Change[] = []
  const changes: Change[] = []
  for (const [path, { datasetId, keys }] of now) {
    const earlier = old.get(path)
    if (earlier === undefined) {
      added.push({ path, datasetId, from: null, to: titleOf(keys) })
      continue
    }
    for (const [key, to] of keys) {
      const from = earlier.keys.get(key) ?? null
      if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ path: `${path}.${key}`, datasetId, from, to })
    }
  }
  for (const [path, { datasetId, keys }] of old)
    if (!now.has(path)) removed.push({ path, datasetId, from: titleOf(keys), to: null })
  return { changed: added.length + removed.length + changes.length > 0, added, removed, changes }
}

/** Hosts, datasets and channels come and go whole; everything else is reported key by key. */
function things(config: Config): Map<string, Thing> {
  const found = new Map<string, Thing>()
  for (const { path, value } of describeConfig(config)) {
    const [kind = '', id = ''] = path
    const depth =
      kind === 'san_hosts' || kind === 'datasets' ? 2 : kind === 'notifications' && id === 'channels' ? 3 : 1
    const base = path.slice(0, depth).join('.')
    const thing = found.get(base) ?? { datasetId: kind === 'datasets' ? id : null, keys: new Map<string, Plain>() }
    thing.keys.set(path.slice(depth).join('.'), value)
    found.set(base, thing)
  }
  return found
}

/** `hqs8:hqs8p1/A → hqs1:hqs1p1/A` of a dataset, `zfsadmin@hqs8.storage.local` of a host, `ntfy` of a channel. */
function titleOf(keys: ReadonlyMap<string, Plain>): string {
  if (keys.has('min_severity')) return String(keys.get('type'))
  return keys.has('backup_dataset')
    ? `${String(keys.get('name'))} → ${String(keys.get('backup_dataset'))}`
    : `${String(keys.get('ssh_user'))}@${String(keys.get('hostname'))}`
}
