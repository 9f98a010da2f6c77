import type { Config, ConfigFault } from '#config/effective.ts'
import type { Access } from '#lib/auth/access.ts'
import type { ChannelStateRecord, Store, UncoveredRecord } from '#lib/db/types.ts'
import type { EngineLog } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { EventHub } from '#lib/events/hub.ts'
import type { Book, Incident } from '#lib/incidents/types.ts'
import type { Discovery } from '#lib/inspect/discover/types.ts'
import type { DoctorReport, DoctorRequest, HostFacts } from '#lib/inspect/doctor/types.ts'
import type { FirstStep } from '#lib/inspect/first-steps.ts'
import type { Verification } from '#lib/inspect/verify/types.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import { createDefine } from '#lib/runtime/define.ts'
import type { Pinged } from '#lib/telling/deadman.ts'
import type { Tried } from '#lib/telling/teller.ts'
import type { Backups } from '#lib/upkeep/backups.ts'

/** What every handler receives. Built once in `lib/app/app.ts`; handlers see only this. */
export interface Services {
  /** The running configuration, read at the moment of use. */
  readonly config: Config
  readonly engine: Engine
  readonly store: Store
  readonly events: EventHub
  /** Who may come in: sign-in, sessions, users, tokens, the audit. */
  readonly access: Access
  readonly logger: EngineLog
  readonly configuration: Configuration
  readonly inspection: Inspection
  /** Copies of the database, made by a process beside this one. */
  readonly backups: Backups
  readonly telling: Telling
  /** What weakens the witness itself, in sentences with their cures; none: nothing. Quick: every page asks. */
  readonly warnings: () => Promise<readonly string[]>
  /** What Prometheus reads. */
  readonly metrics: Metrics
  readonly runtime: RuntimeView
  readonly about: About
  /** Epoch milliseconds. */
  readonly now: () => number
}

export interface About {
  readonly version: string
  readonly commit: string | null
  readonly bun: string
  readonly bootId: string
  readonly startedAt: number
  /** Simulated SANs: every surface says so. */
  readonly demo: boolean
}

export interface Configuration {
  /** A first start without a file: nothing is watched until there is one and it is loaded. */
  readonly missing: boolean
  /** False: the last attempt to take over a file was refused. True also before there was one. */
  readonly lastReloadWorked: boolean
  /** The file on disk against the running config. */
  state(): Promise<{
    /** There is such a file. */
    readonly found: boolean
    readonly inSync: boolean
    readonly sha256OnDisk: string | null
    readonly error: string | null
    readonly faults: readonly ConfigFault[]
  }>
  /** Reads, checks and takes over the file. On any fault nothing changes. Throws Refusal when a removed dataset has an active run. */
  reload(by: string): Promise<ReloadResult>
  /** The same without taking anything over. */
  check(): Promise<ReloadResult>
  /** The file as it stands on disk, secrets masked; null where it cannot be shown. */
  text(): Promise<string | null>
  /** Effective values with their origin, secrets masked. */
  show(): Promise<Json>
  /** JSON Schema of the file. */
  schema(): Json
}

export type ReloadResult =
  | {
      readonly ok: true
      readonly changed: boolean
      readonly difference: Json
      readonly warnings: readonly ConfigFault[]
      /** What became of tokens because of who made them, in sentences; of a check nothing. */
      readonly tokens?: readonly string[]
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] }

/** What Prometheus reads. */
interface Metrics {
  readonly contentType: string
  /** Everything, in the text format of Prometheus. */
  text(): Promise<string>
}

/** Who is told what: incidents, and the channels that their messages go to. */
export interface Telling {
  /** What is open, what was over within the last day, and what is remembered of each subject. */
  book(): Book
  /** Somebody knows of an incident; null takes that back. Null: there is none of that id that is open. */
  acknowledge(
    id: string,
    ack: { readonly by: string; readonly until: number | null; readonly reason: string | null } | null,
  ): Promise<Incident | null>
  /** Sends a message to one channel, or to all, and says what came of it. Null: there is no such channel. */
  test(by: string, channel: string | null): Promise<readonly Tried[] | null>
  overview(): {
    readonly channels: readonly { readonly config: ChannelConfig; readonly state: ChannelStateRecord | null }[]
    readonly deadman: readonly Pinged[]
  }
}

/** What handlers may know of the runtime they run in. */
export interface RuntimeView {
  functions(): readonly FunctionView[]
  /** Runs a function as its own route would: same access, same checks. Throws the runtime's Problem. */
  invoke(
    name: string,
    input: unknown,
    by: {
      readonly trigger: 'http' | 'cli' | 'internal'
      readonly actor: unknown
      readonly requestId: string
      readonly signal?: AbortSignal
    },
  ): Promise<unknown>
  openapi(): unknown
  /** Names of the failed checks; empty = ready. */
  ready(): Promise<readonly string[]>
  /** Epoch ms of the next scheduled scan, null when the scheduler is off. */
  nextScanAt(): number | null
}

export interface FunctionView {
  readonly name: string
  readonly summary: string
  readonly schedule: string | null
  readonly timezone: string | null
  readonly nextAt: number | null
  readonly previousAt: number | null
  readonly running: boolean
  readonly access: string
  /** JSON Schema of the input. */
  readonly input: unknown
}

/** What a person asks for besides the engine's own work. None of it writes to a SAN. */
export interface Inspection {
  /** Looks at everything that replication rests on. What is wrong is in the report, never thrown. */
  doctor(request: DoctorRequest): Promise<DoctorReport>
  /** Which datasets of one host are copies of which of another. Throws NotListed. */
  discover(request: {
    readonly primary: string
    readonly backup: string
    readonly signal?: AbortSignal
  }): Promise<Discovery>
  /** Counts what of a primary nobody replicates, and keeps the count. Throws NotListed. */
  countUncovered(host: string, signal?: AbortSignal): Promise<UncoveredRecord>
  /** Compares every guid of both sides now and keeps what came of it; null = no such dataset. */
  verify(datasetId: string, signal?: AbortSignal): Promise<Verification | null>
  /** As last kept; null = never verified. */
  verification(datasetId: string): Promise<Verification | null>
  /** What a new witness needs before its first check, in order, and what of it is there. */
  firstSteps(): Promise<readonly FirstStep[]>
  /** What the last doctor of this process saw of a host. */
  hostFacts(id: string): HostFacts | null
}

/** The three helpers of `lib/runtime`, typed for these services. */
export const { defineFunction, defineRoute, definePage } = createDefine<Services>()
