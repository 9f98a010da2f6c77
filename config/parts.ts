import type { z } from 'zod'
import {
  DatasetSchema,
  PairSchema,
  type RawDataset,
  type RawPair,
  type RawSettings,
  SettingsSchema,
} from './datasets.ts'
import { type ConfigDocument, type Path, type PlacedFault, pathText } from './document.ts'
import { HostSchema, type RawHost } from './hosts.ts'
import { ChannelSchema, NotificationsHead, PingSchema, type RawChannel } from './notifications.ts'
import {
  AuthSchema,
  LimitsSchema,
  MetricsSchema,
  type RawAuth,
  RetentionSchema,
  SchedulerSchema,
  ServerSchema,
  SshSchema,
} from './schema.ts'

/**
 * The parts of the file that are sound by themselves. One bad value must not hide what else is wrong, so the checks across
 * the file run over these even when the whole was refused.
 */
export interface Parts {
  /** Every id written under san_hosts, sound or not: a pair may name it without a fault that it is missing. */
  readonly hostIds: ReadonlySet<string>
  readonly hosts: ReadonlyMap<string, RawHost>
  readonly pairs: readonly PairPart[]
  /** Null: written, but not sound; nothing that depends on it is judged. */
  readonly defaults: RawSettings | null
  readonly ssh: z.infer<typeof SshSchema>
  readonly scheduler: z.infer<typeof SchedulerSchema> | null
  readonly limits: z.infer<typeof LimitsSchema>
  readonly auth: RawAuth
  readonly server: z.infer<typeof ServerSchema>
  readonly retention: z.infer<typeof RetentionSchema>
  readonly metrics: z.infer<typeof MetricsSchema>
  readonly notifications: {
    readonly head: z.infer<typeof NotificationsHead>
    readonly channels: readonly { readonly index: number; readonly channel: RawChannel }[]
    /** How many channels are written, sound or not. */
    readonly written: number
    readonly deadman: readonly { readonly index: number; readonly ping: z.infer<typeof PingSchema> }[]
  }
}
export interface PairPart {
  readonly index: number
  readonly pair: Omit<RawPair, 'datasets' | 'defaults'>
  readonly defaults: RawSettings | null
  readonly datasets: readonly { readonly index: number; readonly dataset: RawDataset }[]
}

const PairHead = PairSchema.omit({ datasets: true, defaults: true })

export function soundParts(value: unknown): Parts {
  const file = record(value)
  const hosts = record(file.san_hosts)
  return {
    hostIds: new Set(Object.keys(hosts)),
    hosts: new Map(
      Object.entries(hosts).flatMap(([id, host]) =>
        sound(HostSchema, host).map((data): [string, RawHost] => [id, data]),
      ),
    ),
    pairs: list(file.pairs).flatMap((item, index) => {
      const { datasets, defaults, ...head } = record(item)
      return sound(PairHead, head).map((pair) => ({
        index,
        pair,
        defaults: section(SettingsSchema, defaults, null),
        datasets: list(datasets).flatMap((entry, at) =>
          sound(DatasetSchema, entry).map((dataset) => ({ index: at, dataset })),
        ),
      }))
    }),
    defaults: section(SettingsSchema, file.defaults, null),
    ssh: section(SshSchema, file.ssh, {}),
    scheduler: section(SchedulerSchema, file.scheduler, null),
    limits: section(LimitsSchema, file.limits, {}),
    auth: section(AuthSchema, file.auth, {}),
    server: section(ServerSchema, file.server, {}),
    retention: section(RetentionSchema, file.retention, {}),
    metrics: section(MetricsSchema, file.metrics, {}),
    notifications: notificationParts(record(file.notifications)),
  }
}

function notificationParts({ channels, deadman, ...head }: Record<string, unknown>): Parts['notifications'] {
  return {
    head: section(NotificationsHead, head, {}),
    channels: list(channels).flatMap((item, index) =>
      sound(ChannelSchema, item).map((channel) => ({ index, channel })),
    ),
    written: list(channels).length,
    deadman: list(deadman).flatMap((item, index) => sound(PingSchema, item).map((ping) => ({ index, ping }))),
  }
}

function sound<T extends z.ZodType>(schema: T, value: unknown): z.infer<T>[] {
  const result = schema.safeParse(value)
  return result.success ? [result.data] : []
}

function section<T extends z.ZodType, F>(schema: T, value: unknown, unsound: F): z.infer<T> | F {
  return sound(schema, value ?? {})[0] ?? unsound
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Collects what the checks across the file find. A warning does not stop the load. */
export interface Report {
  /** `place`: where the value stands, or its key. */
  fault(path: Path, message: string, place?: 'value' | 'key'): void
  warn(path: Path, message: string): void
}

interface Collected extends Report {
  readonly faults: readonly PlacedFault[]
  readonly warnings: readonly PlacedFault[]
}

export function collect(document: ConfigDocument): Collected {
  const faults: PlacedFault[] = []
  const warnings: PlacedFault[] = []
  const placed = (path: Path, message: string): PlacedFault => ({ ...document.at(path), path: pathText(path), message })
  return {
    faults,
    warnings,
    fault: (path, message, place) =>
      void faults.push({ ...placed(path, message), ...(place === 'key' ? document.keyAt(path) : {}) }),
    warn: (path, message) => void warnings.push(placed(path, message)),
  }
}
