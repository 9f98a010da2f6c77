import type { Config } from '#config/effective.ts'
import type { ControlRecord, DatasetStateRecord, RunRecord, Store } from '#lib/db/types.ts'
import type { Cadence } from '#lib/replication/judge/looking.ts'
import type { ChildDataset, Enclosing, LookFault, Sibling, Side, SwapFacts } from '#lib/replication/types/inventory.ts'
import type { Found, HostCommand } from '#lib/replication/types/plan.ts'
import type { Quota } from '#lib/zfs/answers.ts'
import type { SnapshotSize } from '#lib/zfs/cost-listing.ts'
import type { DatasetType, Guid, PoolFacts, ResumeTokenFacts, SendEstimate, ZfsFault } from '#lib/zfs/types.ts'
import type { WitnessMark } from '#lib/zfs/witness-mark.ts'
import type { HostState, Maintenance } from './types.ts'

/** What the engine asks of the SANs. `lib/san` answers it over ssh; tests answer it from a model. */
export interface Sans {
  /**
   * Reads the named datasets of each host, all hosts at once, one batched listing per host. (A check asks for one host in each
   * call, so that it need not wait for the others.)
   * Never throws for a host's sake: a host or a dataset that could not be read says so in its answer.
   */
  read(wants: readonly HostWant[], options: ReadOptions): Promise<ReadonlyMap<string, HostReading>>
  /** Bytes written on a backup since one of its snapshots (`written@snap`); a missing entry means not known. */
  writtenSince(
    asks: readonly { readonly host: string; readonly dataset: string; readonly snapshot: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, number>>
  /** What the primary says of a resume token. Null when the primary could not be asked. */
  token(host: string, token: string, signal?: AbortSignal): Promise<ResumeTokenFacts | TokenFault | null>
  /** Runs `zfs send -nvP …` commands; a missing id means there is no estimate. */
  estimate(
    asks: readonly { readonly id: string; readonly command: HostCommand }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, SendEstimate>>
  /** One short command that may write (a bookmark). */
  command(command: HostCommand, signal?: AbortSignal): Promise<CommandOutcome>
  /**
   * Short commands of one host in one line, each only where the one before it succeeded. Begun, it goes on to its end on the
   * host even when the witness dies or the connection breaks.
   */
  sequence(commands: readonly HostCommand[], signal?: AbortSignal): Promise<CommandOutcome>
  /** What of ours stands beside backup datasets and what stands below them, by `host:dataset`; a missing entry could not be read. */
  beside(
    asks: readonly { readonly host: string; readonly dataset: string; readonly present: boolean }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, BesideBackup>>
  /** What is set on backup datasets, and of those with something `below` the longest name there, by `host:dataset`; a missing entry could not be read. */
  swapProperties(
    asks: readonly { readonly host: string; readonly dataset: string; readonly below?: boolean }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Omit<SwapFacts, 'children'>>>
  /** What the login may do; `all` for root and sudo, null where that could not be read. */
  rights(host: string, dataset: string, signal?: AbortSignal): Promise<LoginRights | 'all' | null>
  /** Of the properties that no stream may bring, those that a dataset has of its own, with their values. Null: not read. */
  keptProperties(
    host: string,
    dataset: string,
    type: DatasetType,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | null>
  /** IV sets of snapshots and bookmarks, by `host:base`; a missing entry could not be read, `-`: not encrypted. */
  ivSets(
    asks: readonly { readonly host: string; readonly base: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>
  /** What is made below these datasets inherits this, by `host:dataset`; a missing entry could not be read. */
  enclosing(
    asks: readonly { readonly host: string; readonly dataset: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Enclosing>>
  /**
   * Did what was written to file systems since a snapshot touch nothing but directories? By `host:dataset`; a missing entry:
   * that could not be learned (the right `diff` is missing, it is not mounted).
   */
  onlyDirectories(
    asks: readonly { readonly host: string; readonly dataset: string; readonly snapshot: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, boolean>>
  /** Marks of witnesses on datasets, by `host:dataset`; null: there is none. A missing entry could not be read. */
  marks(
    asks: readonly { readonly host: string; readonly dataset: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, WitnessMark | null>>
  /** What single snapshots wrote and hold, by `host:pool/ds@snap`; a missing entry could not be read. */
  sizes(
    asks: readonly { readonly host: string; readonly snapshot: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, SnapshotSize>>
  /** Quotas on datasets and above them, the nearest first, by `host:dataset`; a missing entry could not be read. */
  quotas(
    asks: readonly { readonly host: string; readonly dataset: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly Quota[]>>
  /** All that the logins may do on datasets, in doubt more, by `host:dataset`; a missing entry could not be read. */
  delegated(
    asks: readonly { readonly host: string; readonly dataset: string; readonly present: boolean }[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, ReadonlySet<string> | 'all'>>
  /** What each snapshot of a dataset costs and whether it has clones, by guid; null: could not be read. */
  costs(
    host: string,
    dataset: string,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, { readonly usedBytes: number; readonly clones: number }> | null>
  /** Is each of these names what it is said to be, at this moment? Null: yes. Else the first that is not, in words. */
  differs(host: string, expects: readonly Found[], signal?: AbortSignal): Promise<string | null>
  /** Which of these snapshots are held by this tag; null: could not be read. */
  heldBy(
    host: string,
    tag: string,
    snapshots: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly string[] | null>
  /** All datasets of a pool by guid, for one that has another name by now; null: could not be read. */
  namesIn(host: string, pool: string, signal?: AbortSignal): Promise<ReadonlyMap<Guid, string> | null>
  /** Does a dataset that was there before receive, or keep a partial receive, beside its content? Null: could not be read. */
  receivesBeside(host: string, dataset: string, signal?: AbortSignal): Promise<boolean | null>
  /** The resume token of a dataset now, `token` null: it has none; null: could not be read. */
  resumeToken(host: string, dataset: string, signal?: AbortSignal): Promise<{ readonly token: string | null } | null>
  /** Free and total space of a pool now; null: could not be read. */
  pool(host: string, pool: string, signal?: AbortSignal): Promise<PoolFacts | null>
  transfer(request: SanTransfer): Promise<SanTransferOutcome>
  /** A person asks: the next command to these hosts is really sent, whatever they answered last. */
  askAgain(hosts: readonly string[]): void
}

export interface LoginRights {
  /** On the dataset. */
  readonly itself: ReadonlySet<string>
  /** On what is made beside it; `create` and `mount` only where the dataset above allows them too. */
  readonly beside: ReadonlySet<string>
}

/** Why zfs will not send by a token; mostly it says what the token holds all the same. */
export interface TokenFault extends ZfsFault {
  /** The snapshot that was to arrive. */
  readonly target: Guid | null
}

export interface BesideBackup {
  readonly siblings: readonly Sibling[]
  readonly children: readonly ChildDataset[]
  /** Of one that is not there: what is missing above it too, from the top; full names. Absent: nothing. */
  readonly missingParents?: readonly string[]
}

export interface HostWant {
  readonly host: string
  readonly datasets: readonly { readonly name: string; readonly recursive: boolean }[]
}

export interface ReadOptions {
  /** `fresh` lists every snapshot; `incremental` may use what was listed before where the host says it still holds. */
  readonly mode: 'incremental' | 'fresh'
  readonly signal?: AbortSignal
}

export type HostReading =
  | { readonly reached: false; readonly host: string; readonly fault: LookFault; readonly latencyMs: number | null }
  | {
      readonly reached: true
      readonly host: string
      /** Host clock minus witness clock, whole seconds, 0 when the difference is within the call's own length. */
      readonly skewSeconds: number | null
      readonly latencyMs: number
      /** Null when the pools could not be listed. */
      readonly pools: ReadonlyMap<string, PoolFacts> | null
      /** One entry for every dataset asked for, and for every descendant of a recursive one. */
      readonly sides: ReadonlyMap<string, Side>
      /** Names found below each recursive root, root excluded. */
      readonly descendants: ReadonlyMap<string, readonly string[]>
      readonly commands: number
    }

export interface CommandOutcome {
  readonly ok: boolean
  readonly exitCode: number | null
  readonly stderr: string
  readonly fault: StepFault | null
}

/** Why a step failed, for the record and for the decision to try again. */
export interface StepFault {
  /** RemoteFaultKind or ZfsFaultKind. */
  readonly kind: string
  readonly host: string
  readonly message: string
  readonly stderrTail: string
  readonly retryable: boolean
}

export interface SanTransfer {
  readonly source: HostCommand
  readonly sink: HostCommand
  readonly bandwidthLimit: number | null
  readonly stallMs: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: {
    readonly bytes: number
    readonly totalBytes: number | null
    readonly atMs: number
  }) => void
}

export interface SanTransferOutcome {
  readonly ended: 'completed' | 'failed' | 'stalled' | 'cancelled'
  readonly bytes: number
  readonly durationMs: number
  readonly sourceExit: number | null
  readonly sinkExit: number | null
  readonly sourceStderr: string
  readonly sinkStderr: string
  /** Null when completed or cancelled. */
  readonly fault: StepFault | null
  /** Things said on stderr of a receive that ended well (a property refused, a mount that failed). */
  readonly warnings: readonly string[]
}

/** What the engine is built from. Everything that touches the world comes in here, so that a test can hold it. */
export interface EngineDeps {
  readonly config: () => Config
  readonly store: Store
  readonly sans: Sans
  readonly emit: Emit
  readonly log: EngineLog
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Resolves early, without an error, when the signal fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** 0 ≤ x < 1, for jitter and ids only. */
  readonly random: () => number
  /** The schedule of checks as it is at `now` (epoch ms). Absent: as even as its longest interval. */
  readonly cadence?: (scheduler: Config['scheduler'], now: number) => Cadence
}

/** What is stale, quiet or two looks in a row goes by the interval of its moment. */
export function cadenceAt({ config, cadence }: Pick<EngineDeps, 'config' | 'cadence'>, now: number): Cadence {
  const { scheduler } = config()
  return cadence?.(scheduler, now) ?? { intervalSeconds: scheduler.intervalSeconds }
}

/** Called after the fact; a listener's failure never reaches the engine. */
export interface Emit {
  dataset(record: DatasetStateRecord): void
  run(run: RunRecord): void
  progress(run: RunRecord): void
  host(state: HostState): void
  /**
   * What holds for a dataset has changed, or has begun or ended by itself: `Engine.dataset(id)` has it in `pause` and `ack`.
   * `controls`: those of its own.
   */
  control(datasetId: string, controls: readonly ControlRecord[]): void
  /** One for many was made, has begun or is over; its datasets are told of by `control`. */
  maintenance(maintenance: Maintenance): void
}

export interface EngineLog {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
export interface LogFields {
  readonly runId?: number
  readonly datasetId?: string
  readonly host?: string
  readonly [key: string]: unknown
}
