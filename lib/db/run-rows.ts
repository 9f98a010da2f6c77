import type { Plan } from '#lib/replication/types/plan.ts'
import { fromJson, fromJsonOrNull, toJsonOrNull } from './rows.ts'
import type { NewRow, Row } from './schema.ts'
import type { ActionRecord, RunRecord } from './types.ts'

type RunChange = Partial<Omit<RunRecord, 'id' | 'kind' | 'trigger' | 'queuedAt'>>

export function toRunRecord(row: Row<'run'>): RunRecord {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    trigger: {
      type: row.trigger_type,
      ...(row.actor_kind === null ? {} : { actorKind: row.actor_kind }),
      actor: row.actor,
      role: row.role,
      address: row.address,
      userAgent: row.user_agent,
      requestId: row.request_id,
    },
    datasetId: row.dataset_id,
    scope: fromJson<RunRecord['scope']>(row.scope),
    reason: row.reason,
    plan: fromJsonOrNull<Plan>(row.plan),
    planId: row.plan_id,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    bytes: row.bytes,
    error: fromJsonOrNull<NonNullable<RunRecord['error']>>(row.error),
    decisions: fromJson<RunRecord['decisions']>(row.decisions),
    progress: fromJsonOrNull<NonNullable<RunRecord['progress']>>(row.progress),
    keep: row.keep === 1,
  }
}

export function toActionRecord(row: Row<'action'>): ActionRecord {
  return {
    id: row.id,
    runId: row.run_id,
    datasetId: row.dataset_id,
    step: row.step,
    kind: row.kind,
    title: row.title,
    host: row.host,
    command: fromJson<ActionRecord['command']>(row.command),
    state: row.state,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    exitCode: row.exit_code,
    bytes: row.bytes,
    error: row.error,
    detail: fromJson<ActionRecord['detail']>(row.detail),
  }
}

/** The columns of a change; a field that is absent or undefined stays as it is. */
export function toRunColumns(change: RunChange): Partial<NewRow<'run'>> {
  const columns: Partial<NewRow<'run'>> = {
    state: change.state,
    dataset_id: change.datasetId,
    scope: change.scope && JSON.stringify(change.scope),
    reason: change.reason,
    plan: change.plan === undefined ? undefined : toJsonOrNull(change.plan),
    plan_id: change.planId,
    started_at: change.startedAt,
    finished_at: change.finishedAt,
    outcome: change.outcome,
    bytes: change.bytes,
    error: change.error === undefined ? undefined : toJsonOrNull(change.error),
    decisions: change.decisions && JSON.stringify(change.decisions),
    progress: change.progress === undefined ? undefined : toJsonOrNull(change.progress),
    keep: change.keep === undefined ? undefined : Number(change.keep),
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}
