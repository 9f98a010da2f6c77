import type { ChangeEnd, ChangeState, ControlRecord, DatasetStateRecord, NewChange, RunRecord } from '#lib/db/types.ts'
import type { HostState } from '#lib/engine/types.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { severityOf } from '#lib/text/ranks.ts'

/** How one thing was seen to stand at a moment. */
export type Observation = Omit<NewChange, 'ends' | 'over'>

/** Most characters of the sentence, and of the evidence as JSON: what a SAN says is in both. */
const MOST_MESSAGE = 2000
const MOST_EVIDENCE = 8000

/** What the two say is one thing: a dataset that nothing is missing of goes to and fro between them with each snapshot. */
const CALM: ReadonlySet<string> = new Set(['UP_TO_DATE', 'WITHIN_POLICY'])
const IN_ORDER = 'UP_TO_DATE'

/** How a dataset stands by its last look, with the pools that it says are not usable; none: it was never looked at. */
export function ofDataset({ datasetId, verdict, updatedAt: at }: DatasetStateRecord): readonly Observation[] {
  if (verdict === null) return []
  const { health, reason, reasons } = verdict
  const code = health === 'HEALTHY' && CALM.has(reason.code) ? IN_ORDER : reason.code
  const itself: Observation = {
    at,
    subject: 'dataset',
    datasetId,
    host: null,
    pool: null,
    to: { status: health, reason: code },
    message: cleanLine(reason.message, MOST_MESSAGE),
    evidence: bounded(reason.evidence),
  }
  // A pool that is not imported is in no list of its host: only who asked for a dataset on it knows.
  const pools = reasons.flatMap((each): Observation[] => {
    const { host, pool, health: state } = each.evidence
    if (each.code !== 'POOL_UNAVAILABLE' || !verdict.looked) return []
    if (typeof host !== 'string' || typeof pool !== 'string' || typeof state !== 'string') return []
    return [{ ...itself, ...ofPool(host, pool, state), message: cleanLine(each.message, MOST_MESSAGE) }]
  })
  return [itself, ...pools]
}

/** A dataset that is no longer looked at, because it is gone on its primary. */
export function ofRetired(datasetId: string, message: string, at: number): Observation {
  const to = { status: 'HEALTHY', reason: 'RETIRED' }
  const text = cleanLine(message, MOST_MESSAGE)
  return { at, subject: 'dataset', datasetId, host: null, pool: null, to, message: text, evidence: {} }
}

/** Whether a host answered, and each pool that it listed; none: nobody has asked it yet. */
export function ofHost({ id: host, reachable, fault, pools, checkedAt }: HostState): readonly Observation[] {
  if (reachable === null || checkedAt === null) return []
  const itself: Observation = {
    at: checkedAt,
    subject: 'host',
    datasetId: null,
    host,
    pool: null,
    to: reachable ? { status: 'REACHABLE', reason: null } : { status: 'UNREACHABLE', reason: fault?.kind ?? null },
    message: reachable ? `${host} answers.` : cleanLine(fault?.message ?? `${host} does not answer.`, MOST_MESSAGE),
    evidence: {},
  }
  if (!reachable) return [itself]
  return [itself, ...pools.map(({ name, health }) => ({ ...itself, ...ofPool(host, name, health) }))]
}

function ofPool(host: string, pool: string, health: string) {
  const state = cleanLine(health, 100)
  return {
    subject: 'pool' as const,
    datasetId: null,
    host,
    pool,
    to: { status: state, reason: null },
    message: `${pool} on ${host} is ${state}.`,
    evidence: {},
  }
}

function bounded(evidence: { readonly [key: string]: Json }): { readonly [key: string]: Json } {
  const length = JSON.stringify(evidence).length
  return length <= MOST_EVIDENCE ? evidence : { tooLong: length }
}

/** The things that are told apart: a text for each. */
export function keyOf({ subject, datasetId, host, pool }: Observation): string {
  return JSON.stringify([subject, datasetId, host, pool])
}

export function stateKey({ status, reason }: ChangeState): string {
  return `${status} ${reason}`
}

export const ITSELF: ChangeEnd = { by: 'itself', runId: null, actor: null }

/** A person's word ends these, and nothing else but that what was missed is there again. */
const BY_ADOPTION: ReadonlySet<string> = new Set(['PRIMARY_LOST_HISTORY', 'PRIMARY_REPLACED', 'PRIMARY_REWOUND'])
/** These end when a person acknowledges them. */
const BY_ACKNOWLEDGEMENT: ReadonlySet<string> = new Set(['CHILDREN_GONE', 'REPAIR_FAILING'])

interface EndFacts {
  readonly before: ChangeState
  readonly after: ChangeState
  /** The repair that was under way, or the run whose look it was; null: none, or not on record. */
  readonly run: Pick<RunRecord, 'id' | 'kind' | 'state' | 'trigger' | 'datasetId' | 'scope' | 'reason'> | null
  readonly datasetId: string
  /** In force now. */
  readonly ack: Pick<ControlRecord, 'by' | 'at'> | null
  /** Epoch ms of the last look that still saw what was before; null: not known. */
  readonly lastSeenAt: number | null
}

/**
 * What ended how a dataset was: the repair whose own look shows it better, or that was under way then, a person whose word it
 * waited for, or else itself. Of a repair that has not ended yet it is assumed that it succeeds; one that does not is taken back.
 */
export function whatEnded({ before, after, run, datasetId, ack, lastSeenAt }: EndFacts): ChangeEnd {
  if (run?.kind === 'REPAIR' && run.datasetId === datasetId && isBetter(before, after) && mayHaveSucceeded(run.state))
    return { by: 'run', runId: run.id, actor: starterOf(run.trigger) }
  const { reason } = before
  if (reason === null) return ITSELF
  if (BY_ADOPTION.has(reason) && run !== null && isWordFor(run, datasetId))
    return { by: 'person', runId: run.id, actor: run.trigger.actor }
  if (BY_ACKNOWLEDGEMENT.has(reason) && ack !== null && (lastSeenAt === null || ack.at >= lastSeenAt))
    return { by: 'person', runId: null, actor: ack.by }
  return ITSELF
}

/** Can a run be what ended it, or a person? Else nothing needs to be looked up. */
export function needsFacts(before: ChangeState, after: ChangeState): boolean {
  const { reason } = before
  return isBetter(before, after) || (reason !== null && (BY_ADOPTION.has(reason) || BY_ACKNOWLEDGEMENT.has(reason)))
}

/** `schedule`: nobody asked for it. */
function starterOf({ type, actor }: RunRecord['trigger']): string {
  return type === 'schedule' || type === 'internal' ? 'schedule' : actor
}

/** The scan that follows at once when a person says that the primary is the one to follow: of this dataset, with a reason. */
function isWordFor({ kind, trigger, scope, reason }: NonNullable<EndFacts['run']>, datasetId: string): boolean {
  const ids = scope.ids
  const isOfOne = Array.isArray(ids) && ids.length === 1 && ids[0] === datasetId
  return kind === 'SCAN' && isOfOne && reason !== null && (trigger.type === 'http' || trigger.type === 'cli')
}

const OPEN_OR_GOOD: ReadonlySet<string> = new Set(['QUEUED', 'RUNNING', 'SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS'])

function mayHaveSucceeded(state: RunRecord['state']): boolean {
  return OPEN_OR_GOOD.has(state)
}

/** Has it ended, and not well? */
export function hasFailed({ kind, state }: Pick<RunRecord, 'kind' | 'state'>): boolean {
  return kind === 'REPAIR' && !mayHaveSucceeded(state)
}

function isBetter(before: ChangeState, after: ChangeState): boolean {
  return weightOf(after) < weightOf(before)
}

function weightOf({ status }: ChangeState): number {
  return status === 'BROKEN' || status === 'UNKNOWN' || status === 'WARNING' ? severityOf(status) : 0
}
