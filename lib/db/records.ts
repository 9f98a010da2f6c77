import type { AccessRole } from '#config/effective.ts'
import type { Message } from '#lib/notify/message.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import type { Memory, Verdict } from '#lib/replication/types/verdict.ts'

/** Times are epoch milliseconds; guids and byte counts that may pass 2^53 are text. All JSON columns hold plain JSON. */

export type RunKind = 'SCAN' | 'CHECK' | 'REPAIR' | 'RELOAD'
export type RunResult =
  | 'SUCCEEDED'
  | 'SUCCEEDED_WITH_WARNINGS'
  | 'NO_CHANGE'
  | 'FAILED'
  | 'CANCELLED'
  | 'INTERRUPTED'
  | 'BLOCKED'
export type RunState = 'QUEUED' | 'RUNNING' | RunResult
export type TriggerType = 'schedule' | 'http' | 'cli' | 'internal'

export interface Trigger {
  readonly type: TriggerType
  /** How the one who asked was recognised; absent in what was recorded before users were known. */
  readonly actorKind?: ActorKind | null
  readonly actor: string
  readonly role: string
  readonly address: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

export interface RunRecord {
  /** Rising number, as text in the API. */
  readonly id: number
  readonly kind: RunKind
  readonly state: RunState
  readonly trigger: Trigger
  /** Dataset id for a repair or a check of one; null for all or a pair. */
  readonly datasetId: string | null
  /** What was asked for, e.g. { pair: … }. */
  readonly scope: { readonly [key: string]: Json }
  /** Typed by the person who asked, or null. */
  readonly reason: string | null
  readonly plan: Plan | null
  readonly planId: string | null
  readonly queuedAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** One sentence. */
  readonly outcome: string | null
  readonly bytes: number
  readonly error: {
    readonly kind: string
    readonly message: string
    readonly step: number | null
    readonly host: string | null
    readonly stderrTail: string
    readonly retryable: boolean
  } | null
  readonly decisions: readonly { readonly rule: string; readonly count: number; readonly message: string }[]
  readonly progress: RunProgress | null
  /** Wrote to a SAN or was asked for by a person: never pruned (audit trail). */
  readonly keep: boolean
}

export interface RunProgress {
  readonly phase: 'reading' | 'planning' | 'waiting' | 'preparing' | 'transferring' | 'verifying' | 'done'
  readonly stepIndex: number
  readonly stepCount: number
  readonly bytesDone: number
  readonly bytesTotal: number | null
  readonly totalIsEstimate: boolean
  readonly bytesPerSecond: number | null
  readonly etaSeconds: number | null
  readonly lastByteAt: number | null
}

/** A command sent or a decision taken within a run. */
export interface ActionRecord {
  readonly id: number
  readonly runId: number
  readonly datasetId: string | null
  /** Step of the plan it belongs to, or null (reading, deciding). */
  readonly step: number | null
  readonly kind: 'COMMAND' | 'TRANSFER' | 'DECISION'
  readonly title: string
  readonly host: string | null
  readonly command: readonly (readonly string[])[]
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'INTERRUPTED' | 'SKIPPED'
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly exitCode: number | null
  readonly bytes: number | null
  readonly error: string | null
  readonly detail: { readonly [key: string]: Json }
}

/** A dataset as known, whether or not the running config still has it. */
export interface DatasetRecord {
  readonly id: string
  readonly pair: string
  readonly primaryHost: string
  readonly primaryDataset: string
  readonly backupHost: string
  readonly backupDataset: string
  /** Guid of the primary dataset once seen: history follows it through renames. */
  readonly primaryGuid: string | null
  /** Root mapping id for a child of a recursive mapping, else null. */
  readonly parentId: string | null
  /** No longer in the config (or gone from the primary, for a child). */
  readonly retiredAt: number | null
  /** Of a retired child: since when its backup is gone too, as far as a check saw; absent: it is there. */
  readonly backupGoneAt?: number
}

export interface DatasetStateRecord {
  readonly datasetId: string
  readonly verdict: Verdict | null
  readonly memory: Memory
  /** When the shown status began. */
  readonly since: number | null
  /** Plan hash last recorded (dry run records a plan whenever its hash changes). */
  readonly planHash: string | null
  readonly lastRunId: number | null
  readonly updatedAt: number
}

/** How the dataset of this guid was sent to a backup. */
export interface LineRecord {
  readonly primaryGuid: string
  readonly backupHost: string
  readonly backupDataset: string
  /** Epoch ms at which it was first seen or sent raw; null: never. */
  readonly rawAt: number | null
  /** Epoch ms at which a person decided that it is sent decrypted, and by which run; null: no one has. */
  readonly decryptedAt: number | null
  readonly decryptedRun: number | null
}

export interface ControlRecord {
  readonly datasetId: string
  readonly kind: 'pause' | 'ack'
  readonly until: number | null
  readonly by: string
  readonly reason: string | null
  readonly at: number
}

/** What a pause or an acknowledgement is for, where it is not one dataset's own. Hosts and pairs by their configured names. */
export type MaintenanceScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'hosts'; readonly hosts: readonly string[] }
  | { readonly kind: 'pair'; readonly pair: string }
  | { readonly kind: 'datasets'; readonly ids: readonly string[] }
  /** No scheduled check begins. */
  | { readonly kind: 'scheduler' }

export type MaintenanceStage = 'planned' | 'in force' | 'over'

/** A pause or an acknowledgement of many, now or planned ahead. Times are epoch milliseconds. */
export interface MaintenanceRecord {
  readonly id: number
  readonly kind: 'pause' | 'ack'
  readonly scope: MaintenanceScope
  readonly from: number
  /** Null: until a person ends it. */
  readonly until: number | null
  readonly by: string
  readonly reason: string | null
  readonly madeAt: number
  /** By a person, before its time; null: not so. */
  readonly endedAt: number | null
  readonly endedBy: string | null
  /** The stage that was told last: another one by now is still to be told. */
  readonly noted: MaintenanceStage
}

export interface LogRecord {
  readonly id: number
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly component: string
  readonly message: string
  readonly runId: number | null
  readonly datasetId: string | null
  readonly host: string | null
  readonly requestId: string | null
  readonly fields: { readonly [key: string]: Json }
}

export interface LagPoint {
  readonly at: number
  readonly delaySeconds: number | null
  readonly lagSeconds: number | null
  readonly health: string
}

export interface InvocationRecord {
  readonly id: number
  readonly name: string
  readonly trigger: TriggerType
  readonly actor: string
  readonly input: Json
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED' | 'SKIPPED' | 'INTERRUPTED'
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly outcome: Json
  readonly error: string | null
}

/** The last verification of a dataset. */
export interface VerificationRecord {
  readonly datasetId: string
  readonly at: number
  /** `VERIFIED`, `ATTENTION`, `UNKNOWN` or `FAILED`. */
  readonly result: string
  /** The whole of it, as `lib/inspect/verify` made it. */
  readonly report: Json
}

/** Users, sessions, tokens and what people did. Times are epoch milliseconds; of secrets only digests are kept. */

export interface UserRecord {
  /** Lower case. */
  readonly name: string
  readonly role: AccessRole
  /** argon2id, as Bun.password writes it. */
  readonly passwordHash: string
  readonly createdAt: number
  readonly changedAt: number
}

export interface SessionRecord {
  readonly id: number
  /** SHA-256 of the cookie, hex. */
  readonly digest: string
  readonly user: string
  /** Mark of the password that opened it: with another password it is no longer good. */
  readonly credential: string
  readonly createdAt: number
  readonly seenAt: number
  /** Whatever is done with it. */
  readonly expiresAt: number
  readonly address: string | null
  readonly userAgent: string | null
}

/** A browser that signed in as a user: it has a way of its own to the sign-in, and no right. */
export interface KnownBrowserRecord {
  readonly id: number
  /** SHA-256 of the cookie, hex. */
  readonly digest: string
  readonly user: string
  /** Mark of the password that it signed in with: with another password it is no longer known. */
  readonly credential: string
  /** The last session it opened. */
  readonly session: number
  /** Where that was from: an IPv4 address, or an IPv6 /64. */
  readonly network: string
  readonly seenAt: number
}

export interface TokenRecord {
  /** Part of the token, may be shown. */
  readonly id: string
  readonly name: string
  readonly role: AccessRole
  /** SHA-256 of its secret part, hex. */
  readonly digest: string
  readonly createdBy: string
  readonly createdAt: number
  /** Null: never. */
  readonly expiresAt: number | null
  readonly usedAt: number | null
  readonly usedFrom: string | null
  readonly revokedAt: number | null
  /** How `createdBy` was recognised; null: not on record. */
  readonly makerKind: ActorKind | null
  /** Id of the token that made this one. */
  readonly makerToken: string | null
  /** Where no person revoked it: why. */
  readonly revokedBecause: string | null
}

/** Someone whom a proxy signs in, as they were when they last came: tokens of theirs are never more than that. */
export interface ProxyMaker {
  readonly name: string
  readonly role: AccessRole | null
  /** The proxy's header, so that a role is found anew when the configuration changes; null: not on record. */
  readonly groups: string | null
  readonly seenAt: number
}

export type ActorKind = 'session' | 'token' | 'socket' | 'proxy' | 'none' | 'schedule'

export interface AuditRecord {
  readonly id: number
  readonly at: number
  readonly actor: {
    readonly kind: ActorKind
    readonly name: string
    readonly role: string
    readonly address: string | null
  }
  readonly userAgent: string | null
  readonly requestId: string | null
  /** `repair`, `login`, `tokenCreate` … */
  readonly action: string
  /** Dataset, run, user, token … it was done to. */
  readonly target: string | null
  /** Typed by the person. */
  readonly reason: string | null
  readonly result: 'OK' | 'REFUSED' | 'FAILED'
  /** Of a refusal, for example PLAN_STALE. */
  readonly code: string | null
  readonly detail: { readonly [key: string]: Json }
}

/** WAITING until it was SENT, put into a summary (MERGED), overtaken by a later one (OUTDATED), refused for good, or its channel is gone. */
export type OutboxState = 'WAITING' | 'SENT' | 'MERGED' | 'OUTDATED' | 'REFUSED' | 'NO_CHANNEL'

/** One message for one channel. `seq` is the order in which they were written. */
export interface OutboxRecord {
  readonly seq: number
  readonly channel: string
  readonly state: OutboxState
  readonly at: number
  /** Not sent before: quiet hours. */
  readonly notBefore: number
  readonly attempts: number
  readonly endedAt: number | null
  readonly error: string | null
  readonly message: Message
}

/** Whether a channel takes messages. */
export interface ChannelStateRecord {
  readonly channel: string
  readonly failingSince: number | null
  /** Tries in a row that failed. */
  readonly attempts: number
  readonly tryAt: number
  readonly error: string | null
  readonly sentAt: number | null
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Opaque; null at the end. */
  readonly nextCursor: string | null
}
