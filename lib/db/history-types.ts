import type { Json } from '#lib/replication/types/reason.ts'
import type { Page, RunRecord } from './records.ts'

/** What became of datasets, hosts and pools. Times are epoch milliseconds. */

export type ChangeSubject = 'dataset' | 'host' | 'pool' | 'witness'

/** How something stood: the health of a dataset and the code of its main reason, for the others what they were and why. */
export interface ChangeState {
  readonly status: string
  readonly reason: string | null
}

/** What ended something: a run, a person's word, or nothing that is known of. */
export interface ChangeEnd {
  readonly by: 'run' | 'person' | 'itself'
  readonly runId: number | null
  /** Who started the run (`schedule`: nobody did), or gave their word. */
  readonly actor: string | null
}

/** Something became what it was not before. */
export interface ChangeRecord {
  readonly id: number
  readonly at: number
  readonly subject: ChangeSubject
  /** Of a dataset, else null. */
  readonly datasetId: string | null
  /** Of a host and of a pool, else null. */
  readonly host: string | null
  readonly pool: string | null
  /** Null: it was seen for the first time. */
  readonly from: ChangeState | null
  readonly to: ChangeState
  /** One sentence, of the moment at which it began. */
  readonly message: string
  readonly evidence: { readonly [key: string]: Json }
  /** Null: it is still so. */
  readonly ended: (ChangeEnd & { readonly at: number }) | null
}

/** How long a dataset was within its objective in one calendar month. Times and moments in milliseconds. */
export interface ObjectiveRecord {
  readonly datasetId: string
  /** `2026-11`, of the scheduler's time zone. */
  readonly month: string
  /** What is counted: from the begin of the month, or the first look. */
  readonly from: number
  readonly until: number
  readonly insideMs: number
  readonly outsideMs: number
  /** Nobody looked, or could. */
  readonly unknownMs: number
}

/** What a primary held, at a count, that nobody replicates. */
export interface UncoveredRecord {
  readonly host: string
  readonly at: number
  /** All file systems and volumes there. */
  readonly datasets: number
  readonly count: number
  /** In them, without their snapshots. */
  readonly bytes: number
  /** The largest ones. */
  readonly names: readonly string[]
}

export interface ChangeQuery {
  readonly subject?: readonly ChangeSubject[]
  readonly datasetId?: string
  /** The host itself, its pools, and the datasets that have a side on it. */
  readonly host?: string
  /** Began at this moment or later; a time in which nobody looked counts as long as it lasted. */
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  readonly limit: number
  readonly cursor?: string
}

/** A change as it is seen: what was before, the database knows. */
export interface NewChange extends Omit<ChangeRecord, 'id' | 'from' | 'ended'> {
  /** What ended the state before it. */
  readonly ends: ChangeEnd
  /** Epoch ms, where it is over by now; it follows on nothing then. */
  readonly over: number | null
}

/** Looks at a dataset in a row that saw the same; epoch ms of the first and the last of them. */
export interface LookSpan {
  readonly state: 'inside' | 'outside' | 'unknown'
  readonly from: number
  readonly to: number
}

export interface LookGap {
  /** Of the last look before it. */
  readonly from: number
  /** Of the first one after it; null: nobody has looked since. */
  readonly to: number | null
}

/** The part of the database that says what became of everything. */
export interface HistoryStore {
  /**
   * What is news of them, in this order: one that says what the last one of the same thing said is left out. Ends the one
   * before it. Answers how many were written.
   */
  addChanges(changes: readonly NewChange[]): Promise<number>
  /** A run that did not succeed ended nothing: what was put down to it ended by itself. */
  disownChanges(runId: number): Promise<void>
  /** Newest first, with the times in which nobody looked unless a subject is asked for. Throws BadCursor. */
  changes(query: ChangeQuery): Promise<Page<ChangeRecord>>
  /** How a dataset stood at that moment (epoch ms); null: not on record. */
  changeAt(datasetId: string, at: number): Promise<ChangeRecord | null>
  /** Epoch ms of the last look at any dataset; null: there was none, or it is no longer on record. */
  lastLookAt(): Promise<number | null>
  /** Times longer than that between two looks at a dataset in a row, oldest first, at most 100. All in epoch ms. */
  lookGaps(datasetId: string, from: number, to: number, longest: number): Promise<readonly LookGap[]>

  /**
   * Looks between two moments, and the last one before them, put together where they saw the same and were no further apart
   * than `longest`; oldest first. All in epoch ms.
   */
  lookSpans(asked: {
    readonly datasetId: string
    readonly from: number
    readonly to: number
    readonly maxDelaySeconds: number
    readonly longest: number
  }): Promise<readonly LookSpan[]>
  /** Counted months, newest first within a dataset; null: of all datasets. */
  objectives(datasetId: string | null): Promise<readonly ObjectiveRecord[]>
  /** Replaces what was counted of the same months. */
  saveObjectives(records: readonly ObjectiveRecord[]): Promise<void>
  /** The newest repair of each dataset that succeeded. */
  newestRepairs(): Promise<ReadonlyMap<string, RunRecord>>
  /** Repairs begun since then (epoch ms) whose plan moved something out of the way or destroyed it, newest first. */
  movingRepairs(since: number): Promise<readonly RunRecord[]>
  /** Replaces the count of the same host. */
  saveUncovered(record: UncoveredRecord): Promise<void>
  uncovered(): Promise<readonly UncoveredRecord[]>
}
