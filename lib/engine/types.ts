import type {
  ActionRecord,
  DatasetStateRecord,
  MaintenanceRecord,
  MaintenanceStage,
  RunRecord,
  Trigger,
} from '#lib/db/types.ts'
import type { Inventory, LookFault } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Status } from '#lib/replication/types/reason.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import type { Monitored } from './monitored.ts'
import type { Refusal } from './refusal.ts'
import type { Silence } from './silence.ts'

/** One dataset as every surface shows it. */
export interface DatasetView {
  readonly dataset: Monitored
  /** As judged, with STALE_CHECK applied for the moment of reading. */
  readonly verdict: Verdict
  /** REPAIRING while a repair runs, else the health. */
  readonly status: Status
  readonly activity: 'IDLE' | 'CHECKING' | 'QUEUED' | 'REPAIRING'
  /** Older than two intervals. */
  readonly stale: boolean
  /** Epoch ms of the last look that saw both sides; null = never. */
  readonly checkedAt: number | null
  /** Since when the status is what it is, epoch ms. */
  readonly since: number | null
  /** What holds its repairs back, whoever said so and for how many; null: nothing. */
  readonly pause: Silence | null
  /** What keeps its alarms quiet; null: nothing. */
  readonly ack: Silence | null
  readonly activeRun: RunRecord | null
  /** 1 = next; null when not waiting. */
  readonly queuePosition: number | null
  /** What the last look would do about it; null before the first look. */
  readonly plan: Plan | null
  readonly state: DatasetStateRecord | null
}

export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'pair'; readonly pair: string }
  | { readonly kind: 'datasets'; readonly ids: readonly string[] }

export interface ScanRequest {
  readonly scope: Scope
  /** `true`: enqueue the repairs that policy allows (SCAN). `false`: read and judge only (CHECK). */
  readonly enqueue: boolean
  readonly trigger: Trigger
  readonly reason?: string | null
  readonly signal?: AbortSignal
}

export interface RepairRequest {
  readonly datasetId: string
  /** Id of a preview; without one a plan is made afresh, and it runs only if it destroys nothing. */
  readonly planId?: string | null
  /** What the person typed, where the plan destroys something: the full backup dataset. */
  readonly confirm?: string | null
  readonly reason?: string | null
  readonly trigger: Trigger
}

export interface PreviewOptions {
  /** `IN_PLACE`: the plan that destroys what stands in the way, to be looked at. Nothing is chosen by looking. */
  readonly strategy?: Strategy
  readonly signal?: AbortSignal
}
export type Strategy = 'SET_ASIDE' | 'IN_PLACE'

/** A plan that was shown to a person. It can be run by its id until it expires. Times are epoch milliseconds. */
export interface Preview {
  readonly planId: string
  readonly datasetId: string
  readonly plan: Plan
  readonly madeAt: number
  readonly expiresAt: number
}

/** What a person read and decided: this primary is the one to follow, and its backup may make room. */
export interface Choice {
  readonly datasetId: string
  /** Of the plan that was shown; another one by now is not run. */
  readonly planHash: string
}

export interface AdoptRequest {
  readonly choices: readonly Choice[]
  readonly reason: string | null
  readonly trigger: Trigger
}

/** What became of one choice: the run that repairs it, or why there is none. */
export type Adopted =
  | { readonly datasetId: string; readonly runId: number; readonly refusal: null }
  | { readonly datasetId: string; readonly runId: null; readonly refusal: Refusal }

/** A dataset whose repair waits for that word, and the plan that would run. */
interface Decision {
  readonly dataset: Monitored
  readonly plan: Plan
}

/** A run that was accepted, and the promise of its end (never rejects; a failure is in the record). */
export interface Started {
  readonly run: RunRecord
  readonly done: Promise<RunRecord>
}

/** The last thing known of a host. Times are epoch milliseconds; null means not looked yet. */
export interface HostState {
  readonly id: string
  readonly reachable: boolean | null
  readonly latencyMs: number | null
  readonly checkedAt: number | null
  /** When it last answered. */
  readonly seenAt: number | null
  readonly skewSeconds: number | null
  readonly fault: LookFault | null
  readonly pools: readonly PoolFacts[]
}

/** A pause or an acknowledgement of many, as every surface shows it. */
export interface Maintenance extends MaintenanceRecord {
  readonly stage: MaintenanceStage
  /** What it is for, in words: `SAN hqs7`. */
  readonly about: string
  /** Ids of the datasets that it is for as they are now; of the scheduler none. */
  readonly concerns: readonly string[]
}

export type MaintenanceRequest = Pick<MaintenanceRecord, 'kind' | 'scope' | 'from' | 'until' | 'by' | 'reason'>

/** Everything the surfaces (API, CLI, functions, pages) may ask. A refusal is thrown as `Refusal`. */
export interface Engine {
  /** Loads states, closes what an earlier process left open, and scans those datasets. */
  start(): Promise<void>
  /** Nothing new begins; running transfers are stopped so that they can resume; resolves when all have ended. */
  stop(): Promise<void>
  /** After a config reload: lanes, states and records follow. Throws Refusal ALREADY_RUNNING if a removed dataset has an active run. */
  configChanged(): Promise<void>

  datasets(): readonly DatasetView[]
  dataset(id: string): DatasetView | null
  hosts(): readonly HostState[]
  /** Both sides as last read, read now if this process has not; null = no such dataset. */
  inventory(id: string, signal?: AbortSignal): Promise<Inventory | null>
  /** The same without a look: null where this process has not read it. */
  seen(id: string): Inventory | null
  /** Of all datasets, as last read; those that this process has not read are read now, in one look. */
  inventories(signal?: AbortSignal): Promise<readonly Inventory[]>
  /**
   * Of the named datasets, listed in full (bookmarks and holds too) not longer ago than that; else read now. A dataset
   * that is not known has none.
   */
  freshInventories(ids: readonly string[], maxAgeMs: number): Promise<readonly Inventory[]>

  /** Refuses with ALREADY_RUNNING when a scan of the same scope is under way. */
  scan(request: ScanRequest): Promise<Started>
  /** Reads both sides now, plans with estimates, and keeps the plan for ten minutes. Writes nothing. */
  preview(datasetId: string, options?: PreviewOptions): Promise<Preview>
  repair(request: RepairRequest): Promise<Started>
  /** What waits for nothing but a person's word that this primary is the one to follow, as the last checks saw it. */
  decisions(): readonly Decision[]
  /** A person's word for many at once: each plan that was shown, and is still the one, is queued. */
  adopt(request: AdoptRequest): Promise<readonly Adopted[]>
  /**
   * A person's word, with its reason, that this primary is the one to follow as it is: ends PRIMARY_LOST_HISTORY,
   * PRIMARY_REPLACED and PRIMARY_REWOUND. A scan of the dataset follows at once, which does what policy allows.
   */
  adoptPrimary(datasetId: string, word: { readonly reason: string; readonly trigger: Trigger }): Promise<RunRecord>
  /** Takes a queued run out, or stops a running one; what was received stays resumable. */
  cancel(runId: number, by: string): Promise<RunRecord>
  /** The record with live progress. */
  run(runId: number): Promise<RunRecord | null>
  actions(runId: number): Promise<readonly ActionRecord[]>
  activeRuns(): readonly RunRecord[]

  pause(
    datasetId: string,
    control: { readonly until: number | null; readonly by: string; readonly reason: string | null },
  ): Promise<void>
  resume(datasetId: string, by: string): Promise<void>
  ack(
    datasetId: string,
    control: { readonly until: number | null; readonly by: string; readonly reason: string | null },
  ): Promise<void>
  unack(datasetId: string, by: string): Promise<void>

  /** Pauses and acknowledgements of many: those in force and those planned, oldest first. */
  maintenances(): readonly Maintenance[]
  /** Those that were over at `since` (epoch ms) or later, newest first. */
  pastMaintenances(since: number): Promise<readonly Maintenance[]>
  /** Refuses a host, pair or dataset that is not known. `until` is after `from`, and neither is over: the caller's word. */
  maintain(request: MaintenanceRequest): Promise<Maintenance>
  /** At once, whatever its end was. Refuses one that is not in force or planned. */
  endMaintenance(id: number, by: string): Promise<Maintenance>
  /** What keeps scheduled checks from beginning; null: nothing. */
  schedulerPause(): Maintenance | null
  /** From now on begins and ends are told when they come; those that came while the witness was off at once. Of a service only. */
  keepTime(): Promise<void>

  /** The newest finished scan of everything, and the one under way. */
  lastScan(): { readonly finished: RunRecord | null; readonly running: RunRecord | null }
}
