import type { NotificationSettings } from '#lib/notify/settings.ts'

/**
 * The configuration after defaults, inheritance and expansion: what the rest of the product reads.
 * Durations are seconds, sizes bytes, times of day minutes; nothing here needs parsing again.
 */
export interface Config {
  readonly hosts: ReadonlyMap<string, HostConfig>
  readonly pairs: readonly PairConfig[]
  readonly datasets: readonly DatasetConfig[]
  readonly ssh: {
    readonly knownHostsFile: string | null
    readonly ciphers: readonly string[]
    readonly serverAliveIntervalSeconds: number
    readonly serverAliveCountMax: number
  }
  readonly scheduler: {
    readonly enabled: boolean
    /**
     * A cron pattern, made from interval_minutes where no `cron` is given. Null where no pattern says that interval evenly
     * (45 minutes): then every `intervalSeconds` (croner: pattern `* * * * * *` with `interval`).
     */
    readonly cron: string | null
    /** Longest distance of two scheduled scans. What is judged by an interval takes the one of its moment: `intervalAt`. */
    readonly intervalSeconds: number
    readonly timezone: string
    /** A cron pattern: when every backup is verified. Null: only when asked. */
    readonly verifyCron: string | null
  }
  readonly limits: {
    /** Transfers in all. */
    readonly transfers: number
    /** A transfer without a byte for this long is ended as stalled. */
    readonly stallSeconds: number
    /** A short remote command without output for this long is ended. */
    readonly commandSilenceSeconds: number
    readonly commandTimeoutSeconds: number
    readonly retries: number
  }
  readonly auth: AuthConfig
  readonly server: {
    readonly publicUrl: string | null
    readonly allowedHosts: readonly string[]
    /** Addresses or networks (`10.0.0.0/8`) whose headers about users and clients are believed. */
    readonly trustedProxies: readonly string[]
  }
  readonly retention: {
    readonly uneventfulRunsDays: number
    /** After these days only what a repair did to a SAN is kept of it: no plan, no progress. */
    readonly repairsDays: number
    readonly scheduledChecksDays: number
    readonly logsDays: number
    readonly logsBytes: number
    readonly lagDays: number
    /** Changes of datasets, hosts and pools, so long after they ended. */
    readonly historyDays: number
    readonly invocationsDays: number
    /** Children of recursive mappings are forgotten so long after their backup is gone too. */
    readonly retiredDays: number
    /** Nightly copies of the database. */
    readonly backups: number
  }
  /** What Prometheus reads: open to whoever reaches the port, or to viewers only. */
  readonly metrics: { readonly public: boolean }
  readonly notifications: NotificationSettings
  readonly warnings: readonly ConfigFault[]
  readonly source: ConfigSource
}

interface ConfigSource {
  readonly file: string
  readonly sha256: string
  readonly loadedAt: number
}

/** A fault or warning of the configuration, for `file:line:column path: message`. */
export interface ConfigFault {
  readonly file: string
  readonly line: number
  readonly column: number
  /** `pairs.0.datasets.1.name`, or '' for the file. */
  readonly path: string
  /** What is wrong and what to write instead. */
  readonly message: string
}

export interface HostConfig {
  readonly id: string
  readonly hostname: string
  readonly port: number
  readonly sshUser: string
  readonly identityFile: string | null
  /** How `zfs` is called there: `['zfs']` or `['sudo', '-n', 'zfs']`. */
  readonly zfsCommand: readonly string[]
  readonly maxTransfers: number
  readonly maxHandshakes: number
  readonly proxyJump: string | null
  readonly connectTimeoutSeconds: number
  readonly online: OnlinePolicy
}

/** When a host is expected to be reachable. Weekly windows in minutes since Monday 00:00 of the configured zone. */
export type OnlinePolicy =
  | { readonly kind: 'always' }
  | { readonly kind: 'on_demand' }
  | { readonly kind: 'hours'; readonly text: string; readonly windows: readonly WeeklyWindow[] }
/** `end` is exclusive and may be smaller than `start` (over the week's end). */
export interface WeeklyWindow {
  readonly start: number
  readonly end: number
}

export interface PairConfig {
  readonly name: string
  readonly primary: string
  readonly backup: string
}

export interface DatasetConfig {
  /** Stable API id (lower and upper case kept): explicit `id`, or made as API.md says. */
  readonly id: string
  readonly pair: string
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
  readonly recursive: boolean
  /** Dataset names below the root (relative, globs with `*`) that a recursive mapping leaves out. */
  readonly exclude: readonly string[]
  readonly policy: Policy
  readonly paused: boolean
  /** Where the mapping stands in the file, for POLICY_FORBIDS and fault texts. */
  readonly at: { readonly file: string; readonly line: number }
  /** Line of `dry_run: true` where one applies, else null. */
  readonly dryRunLine: number | null
  /** Lines of `snapshot_include` and `snapshot_exclude` where they are written, else null: the default. */
  readonly filterLines: { readonly include: number | null; readonly exclude: number | null }
}

export interface Policy {
  readonly maxDelaySeconds: number
  readonly warnDelaySeconds: number
  /**
   * Where `warn_delay_hours` is left out and a host is off outside its hours: the longest time between two of its windows,
   * seconds. Then the warning comes one rhythm of the primary after it, at most at the maximum.
   */
  readonly warnGapSeconds?: number
  readonly minAgeSeconds: number
  readonly maxRecoveryPointSeconds: number | null
  /** Null: 3 × the median distance of the last ten, at least maxDelay. 0: off. */
  readonly primaryMaxAgeSeconds: number | null
  readonly autoRepair: boolean
  readonly dryRun: boolean
  /** Past which delay an automatic repair starts: any, the warning, the maximum. */
  readonly repairWhen: 'behind' | 'warning' | 'broken'
  /** Severity of RETIRED at the root of a recursive mapping. */
  readonly retired: 'warning' | 'note'
  readonly onDiverged: 'proven' | 'set_aside' | 'ask'
  readonly anchor: 'bookmark' | 'none'
  readonly initial: 'oldest' | 'latest'
  /** Glob patterns on snapshot names; empty include means all. */
  readonly snapshotInclude: readonly string[]
  readonly snapshotExclude: readonly string[]
  readonly send: { readonly raw: boolean | 'auto'; readonly largeBlocks: boolean; readonly compressed: boolean }
  /** Free space that must stay in the target pool: a share of its size, or bytes. */
  readonly keepFree: { readonly fraction: number } | { readonly bytes: number }
  readonly bandwidthLimit: number | null
  /** Minutes of the day in the configured zone, end exclusive, may wrap; null: any time. */
  readonly repairWindow: { readonly start: number; readonly end: number; readonly text: string } | null
}

/** Who may sign in and how: the part of the configuration that lib/auth reads. */

export type AccessRole = 'viewer' | 'operator' | 'admin'
export const ACCESS_ROLES = ['viewer', 'operator', 'admin'] as const

export interface AuthConfig {
  readonly mode: 'password' | 'proxy' | 'none'
  /** Of everyone, where the mode is none. */
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
