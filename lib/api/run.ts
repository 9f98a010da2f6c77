import { z } from 'zod'
import type { RunResult as Result, RunProgress, RunRecord, RunState as State, Trigger } from '#lib/db/types.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { reply } from '#lib/runtime/reply.ts'
import { ROLES } from '#lib/text/ranks.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { datasetHref, runHref, Timestamp } from './fields.ts'
import { ActorKind, kindWord, Phase, Role, RunKind, RunResult, RunState, TriggerType } from './words.ts'

const RunTrigger = z
  .object({
    type: TriggerType,
    kind: ActorKind.nullable().describe('How the one who asked was recognised; null for runs of earlier versions.'),
    by: z.string().describe('In a few words: `web: alice`, `api: token ci`, `cli`, `schedule`.'),
    actor: z.string(),
    role: Role,
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'RunTrigger', description: 'Who asked for a run, and how.' })

const Progress = z
  .object({
    phase: Phase,
    stepIndex: z.number().int(),
    stepCount: z.number().int(),
    bytesDone: z.number(),
    bytesTotal: z.number().nullable(),
    totalIsEstimate: z.boolean(),
    percent: z.number().int().nullable().describe('0 to 99 while it runs; null when the total is not known.'),
    bytesPerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    lastByteAt: Timestamp.nullable(),
  })
  .meta({ id: 'RunProgress', description: 'How far a run is.' })

const RunError = z
  .object({
    kind: z.string(),
    message: z.string(),
    step: z.number().int().nullable(),
    host: z.string().nullable(),
    stderrTail: z.string(),
    retryable: z.boolean(),
  })
  .meta({ id: 'RunError', description: 'Why a run failed. It is no HTTP error: the request was right.' })

export const Run = z
  .object({
    id: z.string(),
    kind: RunKind,
    state: RunState,
    result: RunResult.nullable().describe('Null until it has ended.'),
    trigger: RunTrigger,
    datasetId: z.string().nullable(),
    scope: z.record(z.string(), z.unknown()).describe('What was asked for, for example `{ "pair": "…" }`.'),
    reason: z.string().nullable().describe('Typed by the person who asked.'),
    planId: z.string().nullable(),
    planHash: z.string().nullable(),
    queuedAt: Timestamp,
    startedAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
    durationSeconds: z.number().nullable(),
    bytes: z.number().describe('Received by the backup.'),
    outcome: z.string().nullable().describe('One sentence.'),
    error: RunError.nullable(),
    progress: Progress.nullable(),
    decisions: z.array(z.object({ rule: z.string(), count: z.number().int(), message: z.string() })),
    links: z.object({ self: z.string(), log: z.string(), dataset: z.string().nullable() }),
  })
  .meta({ id: 'Run', description: 'A scan, check or repair.' })

export type RunView = z.input<typeof Run>

/** `now` (epoch ms) is the end of what has not ended. */
export function runView(run: RunRecord, now: number): RunView {
  const { id, kind, state, datasetId, reason, planId, bytes, outcome, error } = run
  const end = run.finishedAt ?? now
  return {
    id: String(id),
    kind,
    state,
    result: resultOf(state),
    trigger: triggerView(run.trigger),
    datasetId,
    scope: { ...run.scope },
    reason,
    planId,
    planHash: run.plan?.hash ?? null,
    queuedAt: iso(run.queuedAt),
    startedAt: isoOrNull(run.startedAt),
    finishedAt: isoOrNull(run.finishedAt),
    durationSeconds: run.startedAt === null ? null : Math.max(0, Math.round((end - run.startedAt) / 1000)),
    bytes,
    outcome,
    error: error && { ...error },
    progress: run.progress && progressView(run.progress),
    decisions: run.decisions.map((decision) => ({ ...decision })),
    links: {
      self: runHref(id),
      log: `${runHref(id)}/log`,
      dataset: datasetId === null ? null : datasetHref(datasetId),
    },
  }
}

function progressView(progress: RunProgress): z.input<typeof Progress> {
  return {
    ...progress,
    phase: progress.phase.toUpperCase() as Uppercase<RunProgress['phase']>,
    percent: percentOf(progress),
    lastByteAt: isoOrNull(progress.lastByteAt),
  }
}

/** Never 100 before the end: an estimate may be passed. */
export function percentOf({ bytesDone, bytesTotal }: RunProgress): number | null {
  if (bytesTotal === null || bytesTotal <= 0) return null
  return Math.min(99, Math.floor((bytesDone / bytesTotal) * 100))
}

function isActive(state: State): state is 'QUEUED' | 'RUNNING' {
  return state === 'QUEUED' || state === 'RUNNING'
}

function resultOf(state: State): Result | null {
  return isActive(state) ? null : state
}

/** A role that this version does not know (from an older database) is shown as the one that may do nothing. */
function triggerView({ actorKind, ...trigger }: Trigger): z.input<typeof RunTrigger> {
  const role = ROLES.find((known) => known === trigger.role) ?? 'none'
  return {
    ...trigger,
    kind: actorKind ? kindWord(actorKind) : null,
    by: triggerWords({ ...trigger, actorKind }),
    type: trigger.type.toUpperCase() as Uppercase<Trigger['type']>,
    role: role.toUpperCase() as Uppercase<typeof role>,
  }
}

/** Who asked and how, as it is recorded with a run. */
export function triggerOf(context: Pick<InvocationContext, 'actor' | 'trigger' | 'requestId'>): Trigger {
  const { actor, trigger, requestId } = context
  return {
    type: trigger === 'http' && isCommandLine(actor) ? 'cli' : trigger,
    actorKind: actor.kind,
    actor: actor.name,
    role: actor.role,
    address: actor.address,
    userAgent: actor.userAgent,
    requestId,
  }
}

/** The command line speaks the same API, over the socket file or as the owner itself; people look for "cli" in the audit. */
function isCommandLine({ kind, userAgent }: InvocationContext['actor']): boolean {
  return kind === 'socket' && (userAgent?.startsWith('zwitness-cli') ?? false)
}

/** `web: alice`, `api: token ci`, `cli`, `schedule`: who asked, in as few words as a table has room for. */
function triggerWords({ type, actorKind, actor }: Pick<Trigger, 'type' | 'actorKind' | 'actor'>): string {
  if (type === 'cli' || type === 'schedule') return type
  switch (actorKind) {
    case 'session':
    case 'proxy':
      return `web: ${actor}`
    case 'token':
      return `api: token ${actor}`
    case 'socket':
      return `socket: ${actor}`
    case 'none':
      return `web: ${actor}, not signed in`
    default:
      return actor
  }
}

/** 202: the work goes on by itself; `Location` says where to look, `Retry-After` how often. */
export function accepted(run: RunRecord, now: number) {
  return reply(202, runView(run, now), { Location: runHref(run.id), 'Retry-After': '2' })
}
