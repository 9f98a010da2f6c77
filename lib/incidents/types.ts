import type { Severity } from '#lib/notify/message.ts'

/*
 * What an incident is made of. Sights are what was seen, each of one subject; a case is what is remembered of a subject; an
 * incident is one cause, with all the subjects that it has put out of order. Times are epoch milliseconds.
 */

type SubjectKind = 'dataset' | 'host' | 'pool' | 'repair' | 'witness'

/** A dataset as messages speak of it. */
export interface SeenDataset {
  readonly id: string
  readonly name: string
  readonly pair: string
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
  readonly delaySeconds: number | null
  readonly behindBytes: number | null
  /** A repair that waits or runs; null: none. */
  readonly repair: {
    readonly runId: string
    readonly bytesTotal: number | null
    readonly bytesDone: number
    readonly etaSeconds: number | null
  } | null
  /** The newest repair that succeeded; null: none is known. */
  readonly repaired: { readonly runId: string; readonly by: string; readonly at: number } | null
}

/** What is wrong with a subject. */
export interface Trouble {
  /** Whatever has the same cause is one incident. */
  readonly cause: string
  readonly severity: Exclude<Severity, 'info'>
  /** Reason code, or the code of a host's or a pool's fault. */
  readonly code: string
  readonly message: string
  readonly action: string | null
  /** It need not be seen twice: a repair that failed. */
  readonly atOnce?: boolean
  /** Of a repair: how often it has failed in a row. */
  readonly count?: number
}

/** Why nothing is told of a subject for a while. */
export interface Silence {
  readonly kind: 'pause' | 'ack'
  readonly by: string | null
  readonly at: number | null
  readonly until: number | null
}

/** One subject at one moment. */
export interface Sight {
  /** `dataset:hq10-7.L1`, `host:hqs7`, `pool:hqs7/hqs7p1`, `repair:hq10-7.L1`, `witness:checks`. */
  readonly subject: string
  readonly kind: SubjectKind
  readonly name: string
  readonly host: string | null
  /** When it was looked at. The same moment as before: there was no look since, and nothing is counted. Null: never looked at. */
  readonly lookedAt: number | null
  /** Null: in order. */
  readonly trouble: Trouble | null
  /** The dataset itself, or those that it concerns. */
  readonly datasets: readonly SeenDataset[]
  readonly silence: Silence | null
}

/** What is remembered of a subject that is, or lately was, out of order. */
export interface Case {
  readonly subject: string
  readonly kind: SubjectKind
  readonly name: string
  readonly host: string | null
  readonly lookedAt: number
  /** Looks in a row that saw trouble, trouble of the worst kind, nothing of the worst kind, no trouble at all. */
  readonly bad: number
  readonly critical: number
  readonly mild: number
  readonly clean: number
  /** Since when it is out of order. */
  readonly since: number | null
  /** Since when it is in order again. */
  readonly clearSince: number | null
  /** Id of the incident that it is part of; null: it was not seen often enough yet, or is over. */
  readonly incident: string | null
  /** How bad it is by more than one look. */
  readonly severity: Trouble['severity'] | null
  /** Moments at which it went out of order or came back, the newest last. */
  readonly changes: readonly number[]
  readonly flapping: boolean
  /** Was it named in a message of its incident? */
  readonly told: boolean
  readonly trouble: Trouble | null
  readonly silence: Silence | null
  /** How bad it was when it was acknowledged. */
  readonly ackedAs: Trouble['severity'] | null
  readonly datasets: readonly SeenDataset[]
}

export type IncidentState =
  | 'PENDING'
  | 'FIRING'
  | 'FLAPPING'
  | 'ACKED'
  | 'SNOOZED'
  | 'SUPPRESSED'
  | 'RESOLVING'
  | 'RESOLVED'

/** What a message of an incident is about. */
export type Telling = 'fired' | 'worse' | 'more' | 'again' | 'flapping' | 'relapse' | 'still' | 'reminder' | 'recovered'

/** What ended it. */
export interface EndedBy {
  /** `removed`: it is watched no longer. `moved`: it got worse for another cause, and is part of another incident. */
  readonly kind: 'run' | 'itself' | 'removed' | 'moved'
  readonly runId: string | null
  readonly by: string | null
  /** The first look that saw it in order. */
  readonly at: number
}

interface Ack {
  readonly by: string
  readonly at: number
  readonly until: number | null
  readonly reason: string | null
  /** How bad it was then: when it gets worse, that is told. */
  readonly severity: Trouble['severity']
}

export interface Incident {
  /** UUID: every message carries it. */
  readonly id: string
  readonly cause: string
  readonly kind: SubjectKind
  readonly host: string | null
  readonly state: IncidentState
  /** Now, and at its worst. */
  readonly severity: Trouble['severity']
  readonly peak: Trouble['severity']
  readonly code: string
  readonly message: string
  readonly action: string | null
  readonly pairs: readonly string[]
  readonly since: number
  readonly firedAt: number
  readonly resolvedAt: number | null
  readonly endedBy: EndedBy | null
  /** Subjects that are part of it now, the first that were in front; at most 200 are listed. */
  readonly members: readonly { readonly subject: string; readonly name: string; readonly since: number }[]
  readonly memberCount: number
  /** How many were part of it in all. */
  readonly everCount: number
  /** Datasets that it concerns, or did; at most 50 are listed. */
  readonly datasets: readonly Pick<SeenDataset, 'id' | 'name' | 'primary' | 'backup'>[]
  readonly datasetCount: number
  /** Told next, from that moment on; null: nothing. */
  readonly due: { readonly what: Telling; readonly at: number } | null
  readonly toldAt: number | null
  readonly toldSeverity: Trouble['severity'] | null
  readonly toldState: IncidentState | null
  /** Reminders sent, and when the next one is due; null: none is. */
  readonly reminders: number
  readonly remindAt: number | null
  readonly ack: Ack | null
  /** Somebody knew of it at some time: its end is told. */
  readonly wasAcked: boolean
  readonly relapses: number
  /** What happened, the newest last; at most 50. */
  readonly timeline: readonly { readonly at: number; readonly text: string }[]
}

/** All that is remembered. */
export interface Book {
  /** Those that are not over, and those that ended within the last day. */
  readonly incidents: ReadonlyMap<string, Incident>
  readonly cases: ReadonlyMap<string, Case>
}

export interface TellingSettings {
  /** How long a WARNING must last before it is told, ms. */
  readonly warnForMs: number
}
