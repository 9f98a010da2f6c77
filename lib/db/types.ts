import type { Config } from '#config/effective.ts'
import type { AccessStore } from './access-types.ts'
import type {
  ActionRecord,
  ControlRecord,
  DatasetRecord,
  DatasetStateRecord,
  InvocationRecord,
  LagPoint,
  LineRecord,
  LogRecord,
  RunKind,
  RunRecord,
  RunState,
  VerificationRecord,
} from './records.ts'

export type * from './access-types.ts'
export type * from './records.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Opaque; null at the end. */
  readonly nextCursor: string | null
}

export interface RunQuery {
  readonly kind?: readonly RunKind[]
  readonly state?: readonly RunState[]
  readonly datasetId?: string
  readonly actor?: string
  readonly from?: number
  readonly to?: number
  readonly limit: number
  readonly cursor?: string
}
export interface LogQuery {
  readonly level?: LogRecord['level']
  readonly component?: string
  readonly datasetId?: string
  readonly host?: string
  readonly runId?: number
  readonly text?: string
  readonly from?: number
  readonly to?: number
  /** Ascending ids after this one (follow); otherwise newest first by cursor. */
  readonly after?: number
  readonly limit: number
  readonly cursor?: string
}

export interface Pruned {
  readonly runs: number
  readonly logs: number
  readonly lag: number
  readonly invocations: number
  /** Repairs of which only what they did is kept from now on. */
  readonly thinned: number
  /** Children of recursive mappings that are listed no more. */
  readonly forgotten: number
  /** Epoch ms: days without a sign of the witness that were met for the first time. Null: none. */
  readonly gap: { readonly from: number; readonly to: number } | null
}

/** Everything the product asks of the database. Implemented with Kysely in lib/db; each call is short, none waits for anything else. */
export interface Store extends AccessStore {
  readonly schemaVersion: number
  /** Of this database, 16 hex digits: what it leaves on the backups that it repairs. */
  readonly witnessId: string
  /** Makes san_host, san_pair and dataset rows match the config; what is gone is retired, never deleted. History follows (primary host, primary guid, backup host). */
  syncConfig(config: Config, now: number): Promise<void>
  /** Children found below recursive mappings at a scan. Answers those that could not be taken; the others are. */
  syncChildren(
    parentId: string,
    children: readonly Omit<DatasetRecord, 'retiredAt' | 'backupGoneAt' | 'parentId'>[],
    now: number,
  ): Promise<readonly { readonly id: string; readonly error: unknown }[]>
  datasets(): Promise<readonly DatasetRecord[]>
  setPrimaryGuid(datasetId: string, guid: string): Promise<void>

  states(): Promise<ReadonlyMap<string, DatasetStateRecord>>
  state(datasetId: string): Promise<DatasetStateRecord | null>
  saveState(record: DatasetStateRecord): Promise<void>
  saveStates(records: readonly DatasetStateRecord[]): Promise<void>

  /** How encrypted primaries were sent. */
  lines(): Promise<readonly LineRecord[]>
  saveLine(record: LineRecord): Promise<void>

  createRun(
    run: Pick<RunRecord, 'kind' | 'trigger' | 'datasetId' | 'scope' | 'reason' | 'planId' | 'plan' | 'keep'> & {
      readonly now: number
    },
  ): Promise<{ readonly ok: true; readonly run: RunRecord } | { readonly ok: false; readonly activeRunId: number }>
  updateRun(id: number, change: Partial<Omit<RunRecord, 'id' | 'kind' | 'trigger' | 'queuedAt'>>): Promise<void>
  run(id: number): Promise<RunRecord | null>
  runs(query: RunQuery): Promise<Page<RunRecord>>
  /** QUEUED and RUNNING ones. */
  activeRuns(): Promise<readonly RunRecord[]>
  /** Open runs and actions of an earlier process become INTERRUPTED; answers the runs so that their datasets are scanned. */
  interruptOpen(now: number, because: string): Promise<readonly RunRecord[]>
  /** Newest repairs of a dataset that ended, newest first. */
  recentRepairs(datasetId: string, limit: number): Promise<readonly RunRecord[]>
  /** The run that made each of these set-asides, by name; one that no plan on record speaks of is not in it. */
  setAsideRuns(names: readonly string[]): Promise<ReadonlyMap<string, RunRecord>>

  beginAction(
    action: Pick<ActionRecord, 'runId' | 'datasetId' | 'step' | 'kind' | 'title' | 'host' | 'command' | 'detail'> & {
      readonly now: number
    },
  ): Promise<number>
  endAction(
    id: number,
    end: Pick<ActionRecord, 'state' | 'exitCode' | 'bytes' | 'error'> & {
      readonly detail?: ActionRecord['detail']
      readonly now: number
    },
  ): Promise<void>
  actions(runId: number): Promise<readonly ActionRecord[]>

  setControl(control: ControlRecord): Promise<void>
  clearControl(datasetId: string, kind: ControlRecord['kind']): Promise<void>
  /** Only those still in force at `now`. */
  controls(now: number): Promise<readonly ControlRecord[]>

  addLag(points: readonly (LagPoint & { readonly datasetId: string })[]): Promise<void>
  lag(datasetId: string, from: number, to: number, stepMs: number): Promise<readonly LagPoint[]>

  addLogs(records: readonly Omit<LogRecord, 'id'>[]): Promise<readonly number[]>
  logs(query: LogQuery): Promise<Page<LogRecord>>
  /** Id of the oldest of the newest `most` lines that fit; null: none fits. */
  logStart(query: Omit<LogQuery, 'limit' | 'cursor' | 'after'>, most: number): Promise<number | null>

  beginInvocation(record: Pick<InvocationRecord, 'name' | 'trigger' | 'actor' | 'input' | 'startedAt'>): Promise<number>
  endInvocation(id: number, end: Pick<InvocationRecord, 'state' | 'finishedAt' | 'outcome' | 'error'>): Promise<void>
  invocations(name: string | null, limit: number): Promise<readonly InvocationRecord[]>

  /** Replaces the one before it. */
  saveVerification(record: VerificationRecord): Promise<void>
  verification(datasetId: string): Promise<VerificationRecord | null>
  verifications(): Promise<readonly VerificationRecord[]>

  /** Whether the backup of each of these retired children, by id, is still there. */
  noteRetired(backups: ReadonlyMap<string, boolean>, now: number): Promise<void>
  /**
   * Deletes in small batches what `retention` no longer keeps; what runs with `keep` did stays. Days on which the witness
   * was not at work do not count: neither a clock that was set ahead nor a long time off deletes anything at once.
   */
  prune(retention: Config['retention'], now: number): Promise<Pruned>
  /** Deletes the oldest log lines beyond so many bytes, in small batches. Answers how many. */
  trimLogs(most: number): Promise<number>
  /**
   * Where little is free beside the database: deletes the older half of the log, and again, and gives the room back to the
   * disk; the newest MiB stays. Answers how many lines went. A disk on which not even that can be written is no error here.
   */
  makeRoom(): Promise<number>
  /** A write that is rolled back, and room for the next ones; throws with the reason. Cheap however large the database. */
  check(): Promise<void>
  /** `PRAGMA quick_check`: reads all of the database. Throws StoreError `corrupt`. */
  quickCheck(): Promise<void>
  integrity(): Promise<string>
  sizeBytes(): Promise<number>
  close(): Promise<void>
}
