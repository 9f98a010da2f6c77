import type { Config } from '#config/effective.ts'
import type { HistoryStore } from './history-types.ts'
import type {
  ActionRecord,
  AuditRecord,
  ControlRecord,
  DatasetRecord,
  DatasetStateRecord,
  InvocationRecord,
  KnownBrowserRecord,
  LagPoint,
  LineRecord,
  LogRecord,
  MaintenanceRecord,
  MaintenanceStage,
  Page,
  ProxyMaker,
  RunKind,
  RunRecord,
  RunState,
  SessionRecord,
  TokenRecord,
  UserRecord,
  VerificationRecord,
} from './records.ts'
import type { TellingStore } from './telling-types.ts'

export type * from './history-types.ts'
export type * from './records.ts'
export type * from './telling-types.ts'

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

interface Pruned {
  readonly runs: number
  readonly logs: number
  readonly lag: number
  readonly changes: number
  /** Incidents that are over, and messages. */
  readonly told: number
  readonly invocations: number
  /** Repairs of which only what they did is kept from now on. */
  readonly thinned: number
  /** Children of recursive mappings that are listed no more. */
  readonly forgotten: number
  /** Pauses and acknowledgements of many that are over. */
  readonly maintenances: number
  /** Epoch ms: days without a sign of the witness that were met for the first time. Null: none. */
  readonly gap: { readonly from: number; readonly to: number } | null
}

/** Everything the product asks of the database. Implemented with Kysely in lib/db; each call is short, none waits for anything else. */
export interface Store extends AccessStore, HistoryStore, TellingStore {
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
  /** When (epoch ms) a repair of each dataset succeeded last, as far as the runs say that are not in the archive yet. */
  lastRepairs(): Promise<ReadonlyMap<string, number>>
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

  /** @returns its id */
  addMaintenance(record: Omit<MaintenanceRecord, 'id' | 'endedAt' | 'endedBy'>): Promise<number>
  /** False: there is none of that id, or it is over. */
  endMaintenance(id: number, end: { readonly at: number; readonly by: string }): Promise<boolean>
  /** Its stage has been told. */
  noteMaintenance(id: number, noted: MaintenanceStage): Promise<void>
  /** All whose end was not told yet, oldest first. */
  openMaintenances(): Promise<readonly MaintenanceRecord[]>
  /** Those that were over at `since` or later, newest first. */
  pastMaintenances(since: number): Promise<readonly MaintenanceRecord[]>

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
   * disk; the newest MiB stays. Answers how many lines were removed. A disk on which not even that can be written is no error here.
   */
  makeRoom(): Promise<number>
  /** A write that is rolled back, and room for the next ones; throws with the reason. Cheap however large the database. */
  check(): Promise<void>
  integrity(): Promise<string>
  sizeBytes(): Promise<number>
  close(): Promise<void>
}

export type * from './records.ts'

export interface AuditQuery {
  readonly action?: readonly string[]
  readonly actor?: string
  readonly target?: string
  readonly result?: readonly AuditRecord['result'][]
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  readonly limit: number
  readonly cursor?: string
}

/** Users of the configuration: they count as admins, and a row of the same name does not count. Read inside the transaction. */
export interface UsersElsewhere {
  readonly names: readonly string[]
  readonly hasAdmin: boolean
}

type UserChanged = 'changed' | 'missing' | 'last-admin'

interface UserRemoved {
  readonly result: 'removed' | 'missing' | 'last-admin'
  readonly tokens: readonly TokenRecord[]
}

/** A head of the chain that was copied elsewhere; without its row's id it may stand anywhere. */
export interface KnownHead {
  readonly id: number | null
  readonly hash: string
}

/** Where the chain of the audit is broken. Rows `from` to `to`, both included; null: not known which. */
export interface AuditFault {
  /**
   * CHANGED: content and hash do not agree; one of these rows is not as it was written. MISSING: rows between others are gone.
   * CUT_OFF: the last ones are. HEAD_…: a head that was copied elsewhere is not met, though the rows agree with each other.
   */
  readonly kind: 'CHANGED' | 'MISSING' | 'CUT_OFF' | 'HEAD_CUT_OFF' | 'HEAD_DIFFERS'
  readonly from: number | null
  readonly to: number | null
  /** Of a head. */
  readonly hash?: string
  /** CHANGED: the hash of what stands there now, so that another change is another fault. */
  readonly found?: string
}

/** An entry in which an admin said why the audit is broken where it is. */
export interface AuditAccepted {
  readonly id: number
  readonly at: number
  readonly by: string
  readonly reason: string | null
  readonly keys: readonly string[]
}

export interface AuditProof {
  /** Entries, forgotten ones included. */
  readonly rows: number
  readonly forgotten: number
  /** Rows up to this one were chained later, by an upgrade. */
  readonly adopted: { readonly to: number; readonly at: number } | null
  readonly head: { readonly id: number; readonly hash: string } | null
  /** At most 100. */
  readonly faults: readonly AuditFault[]
  readonly accepted: readonly AuditAccepted[]
}

/** The part of the database that says who may come in, and who did what. */
export interface AccessStore {
  users(): Promise<readonly UserRecord[]>
  user(name: string): Promise<UserRecord | null>
  /** False: there is one of that name. */
  addUser(user: UserRecord): Promise<boolean>
  /** Only where there is no user at all: two people with the set-up link make one admin. */
  addFirstUser(user: UserRecord): Promise<boolean>
  /** An admin always remains: that is part of the statement itself, so two changes at once cannot both be the last but one. */
  changeUser(
    name: string,
    change: Partial<Pick<UserRecord, 'role' | 'passwordHash'>>,
    now: number,
    elsewhere: () => UsersElsewhere,
  ): Promise<UserChanged>
  /** With its sessions, the browsers that signed in, and its tokens: those that are revoked with it are in the answer. */
  removeUser(name: string, now: number, elsewhere: () => UsersElsewhere): Promise<UserRemoved>

  addSession(session: Omit<SessionRecord, 'id'>): Promise<number>
  sessionByDigest(digest: string): Promise<SessionRecord | null>
  touchSession(id: number, now: number, address: string | null): Promise<void>
  /** Newest first; null: of all users. */
  sessions(user: string | null): Promise<readonly SessionRecord[]>
  removeSession(id: number): Promise<boolean>
  /** All of a user but one. Answers how many. */
  removeSessionsOf(user: string, except?: number | null): Promise<number>
  /** Those that are over: expired before `now`, or not seen since `idleBefore`. */
  pruneSessions(now: number, idleBefore: number): Promise<number>

  /**
   * In place of what the browser was known by (`replaces`, for all its users); of the user the newest `most` are kept, of all
   * those seen since `seenBefore`.
   */
  rememberBrowser(
    browser: Omit<KnownBrowserRecord, 'id'>,
    bounds: { readonly replaces: string | null; readonly seenBefore: number; readonly most: number },
  ): Promise<void>
  knownBrowser(digest: string, user: string): Promise<KnownBrowserRecord | null>
  /** Did a browser sign in from there since? */
  isKnownNetwork(network: string, since: number): Promise<boolean>
  forgetBrowserOfSession(session: number): Promise<void>
  /** All of a user but the one that has this session. */
  forgetBrowsersOf(user: string, exceptSession?: number | null): Promise<void>

  /** False: a token of that name is in use. */
  addToken(token: TokenRecord): Promise<boolean>
  token(id: string): Promise<TokenRecord | null>
  /** Newest first, revoked ones too. */
  tokens(): Promise<readonly TokenRecord[]>
  touchToken(id: string, now: number, address: string | null): Promise<void>
  /** With those that they made, and those in turn. Answers what was in force until now. */
  revokeTokens(ids: readonly string[], now: number, because: string | null): Promise<readonly TokenRecord[]>

  proxyMakers(): Promise<readonly ProxyMaker[]>
  /** Replaces what was known of that name. */
  saveProxyMaker(maker: ProxyMaker): Promise<void>

  /** Chained to the one before it. @returns its id */
  addAudit(record: Omit<AuditRecord, 'id'>): Promise<number>
  /** The newest entry, and the hash over all of them; null: there is none. */
  auditHead(): Promise<{ readonly id: number; readonly hash: string } | null>
  /** Reads all of it: is a row changed or missing? What this process wrote last must be there too. */
  proveAudit(heads: readonly KnownHead[]): Promise<AuditProof>
  /** Newest first. Throws BadCursor. */
  audit(query: AuditQuery): Promise<Page<AuditRecord>>
}
