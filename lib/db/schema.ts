import type { Generated, Insertable, Selectable } from 'kysely'
import type {
  ActionRecord,
  ActorKind,
  AuditRecord,
  ChangeEnd,
  ChangeSubject,
  ControlRecord,
  InvocationRecord,
  LogRecord,
  MaintenanceRecord,
  MaintenanceScope,
  MaintenanceStage,
  OutboxState,
  RunKind,
  RunState,
  TriggerType,
  UserRecord,
} from './types.ts'

/** The tables as Kysely sees them. Times are epoch ms, JSON columns hold text, booleans 0 or 1. */
export interface Schema extends AccessSchema, TellingSchema {
  san_host: { id: string; hostname: string; port: number; ssh_user: string; retired_at: number | null }
  san_pair: { name: string; primary_host: string; backup_host: string; retired_at: number | null }
  dataset: {
    id: string
    pair: string
    primary_host: string
    primary_dataset: string
    backup_host: string
    backup_dataset: string
    primary_guid: string | null
    parent_id: string | null
    retired_at: number | null
    backup_gone_at: number | null
    forgotten_at: number | null
  }
  line: {
    primary_guid: string
    backup_host: string
    backup_dataset: string
    raw_at: number | null
    decrypted_at: number | null
    decrypted_run: number | null
  }
  snapshot_state: {
    dataset_id: string
    verdict: string | null
    memory: string
    since: number | null
    plan_hash: string | null
    last_run_id: number | null
    updated_at: number
  }
  run: {
    id: Generated<number>
    kind: RunKind
    state: RunState
    trigger_type: TriggerType
    actor_kind: ActorKind | null
    actor: string
    role: string
    address: string | null
    user_agent: string | null
    request_id: string | null
    dataset_id: string | null
    scope: string
    reason: string | null
    plan: string | null
    plan_id: string | null
    queued_at: number
    started_at: number | null
    finished_at: number | null
    outcome: string | null
    bytes: number
    error: string | null
    decisions: string
    progress: string | null
    keep: number
  }
  action: {
    id: Generated<number>
    run_id: number
    dataset_id: string | null
    step: number | null
    kind: ActionRecord['kind']
    title: string
    host: string | null
    command: string
    state: ActionRecord['state']
    started_at: number
    finished_at: number | null
    exit_code: number | null
    bytes: number | null
    error: string | null
    detail: string
  }
  run_archive: {
    id: Generated<number>
    first_id: number
    last_id: number
    first_at: number
    last_at: number
    datasets: string
    whole: number
    packed: Uint8Array
  }
  archive_dataset: { number: Generated<number>; dataset_id: string }
  lived_day: { day: number }
  lag_point: {
    dataset_id: string
    at: number
    delay_seconds: number | null
    lag_seconds: number | null
    health: string
  }
  verification: { dataset_id: string; at: number; result: string; report: string }
  control: {
    dataset_id: string
    kind: ControlRecord['kind']
    until: number | null
    by: string
    reason: string | null
    at: number
  }
  maintenance: {
    id: Generated<number>
    kind: MaintenanceRecord['kind']
    scope: MaintenanceScope['kind']
    names: string
    from_at: number
    until_at: number | null
    by: string
    reason: string | null
    made_at: number
    ended_at: number | null
    ended_by: string | null
    noted: MaintenanceStage
  }
  maintenance_dataset: { maintenance_id: number; dataset_id: string }
  change: {
    id: Generated<number>
    at: number
    subject: ChangeSubject
    dataset_id: string | null
    host: string | null
    pool: string | null
    from_status: string | null
    from_reason: string | null
    to_status: string
    to_reason: string | null
    message: string
    evidence: string
    ended_at: number | null
    ended_by: ChangeEnd['by'] | null
    ended_run: number | null
    ended_actor: string | null
  }
  objective_month: {
    dataset_id: string
    month: string
    from_at: number
    until_at: number
    inside_ms: number
    outside_ms: number
    unknown_ms: number
  }
  uncovered: { host: string; at: number; datasets: number; count: number; bytes: number; names: string }
  log: {
    id: Generated<number>
    at: number
    level: LogRecord['level']
    component: string
    message: string
    run_id: number | null
    dataset_id: string | null
    host: string | null
    request_id: string | null
    fields: string
  }
  invocation: {
    id: Generated<number>
    name: string
    trigger_type: TriggerType
    actor: string
    input: string
    state: InvocationRecord['state']
    started_at: number
    finished_at: number | null
    outcome: string
    error: string | null
  }
}

export type Row<T extends keyof Schema> = Selectable<Schema[T]>
export type NewRow<T extends keyof Schema> = Insertable<Schema[T]>

type Role = UserRecord['role']

/** The tables of migrations 2, 6 and 9 as Kysely sees them. */
interface AccessSchema {
  user: { name: string; role: Role; password_hash: string; created_at: number; changed_at: number }
  session: {
    id: Generated<number>
    digest: string
    user: string
    credential: string
    created_at: number
    seen_at: number
    expires_at: number
    address: string | null
    user_agent: string | null
  }
  known_browser: {
    id: Generated<number>
    digest: string
    user: string
    credential: string
    session: number
    network: string
    seen_at: number
  }
  api_token: {
    id: string
    name: string
    role: Role
    digest: string
    created_by: string
    created_at: number
    expires_at: number | null
    used_at: number | null
    used_from: string | null
    revoked_at: number | null
    maker_kind: ActorKind | null
    maker_token: string | null
    revoked_because: string | null
  }
  proxy_maker: { name: string; role: Role | null; groups: string | null; seen_at: number }
  audit: {
    id: Generated<number>
    at: number
    actor_kind: ActorKind
    actor: string
    role: string
    address: string | null
    user_agent: string | null
    request_id: string | null
    action: string
    target: string | null
    reason: string | null
    result: AuditRecord['result']
    code: string | null
    detail: string
    hash: string
  }
  audit_forgotten: { id: number; digest: Uint8Array }
}

/** The tables of migration 12 as Kysely sees them. */
interface TellingSchema {
  incident: {
    seq: Generated<number>
    id: string
    cause: string
    state: string
    severity: string
    host: string | null
    since: number
    resolved_at: number | null
    data: string
  }
  incident_case: { subject: string; data: string }
  outbox: {
    seq: Generated<number>
    id: string
    channel: string
    incident: string | null
    state: OutboxState
    at: number
    not_before: number
    attempts: number
    ended_at: number | null
    error: string | null
    message: string
  }
  channel_state: {
    channel: string
    failing_since: number | null
    attempts: number
    try_at: number
    error: string | null
    sent_at: number | null
  }
  told_for: { what: string; moment: string }
}
