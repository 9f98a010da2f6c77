import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Whole numbers that a JavaScript number holds exactly; guids, which may be larger, are text. */
const WHOLE = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`
const JSON_TEXT = (column: string) => `CHECK (json_valid(${column}))`
const ONE_OF = (column: string, ...values: readonly string[]) => `CHECK (${column} IN ('${values.join("', '")}'))`
const DATASET = 'REFERENCES dataset (id) ON UPDATE CASCADE'

const STATEMENTS = [
  `CREATE TABLE san_host (
    id TEXT NOT NULL PRIMARY KEY,
    hostname TEXT NOT NULL,
    port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    ssh_user TEXT NOT NULL,
    retired_at INTEGER ${WHOLE('retired_at')}
  ) STRICT`,

  `CREATE TABLE san_pair (
    name TEXT NOT NULL PRIMARY KEY,
    primary_host TEXT NOT NULL REFERENCES san_host (id),
    backup_host TEXT NOT NULL REFERENCES san_host (id),
    retired_at INTEGER ${WHOLE('retired_at')}
  ) STRICT`,

  `CREATE TABLE dataset (
    id TEXT NOT NULL PRIMARY KEY,
    pair TEXT NOT NULL REFERENCES san_pair (name),
    primary_host TEXT NOT NULL REFERENCES san_host (id),
    primary_dataset TEXT NOT NULL,
    backup_host TEXT NOT NULL REFERENCES san_host (id),
    backup_dataset TEXT NOT NULL,
    primary_guid TEXT CHECK (primary_guid NOT GLOB '*[^0-9]*' AND length(primary_guid) BETWEEN 1 AND 20),
    parent_id TEXT REFERENCES dataset (id) ON UPDATE CASCADE,
    retired_at INTEGER ${WHOLE('retired_at')}
  ) STRICT`,
  'CREATE INDEX dataset_lineage ON dataset (primary_host, primary_guid, backup_host)',
  'CREATE INDEX dataset_parent ON dataset (parent_id)',

  `CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL ${ONE_OF('kind', 'SCAN', 'CHECK', 'REPAIR', 'RELOAD')},
    state TEXT NOT NULL ${ONE_OF('state', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'NO_CHANGE', 'FAILED', 'CANCELLED', 'INTERRUPTED', 'BLOCKED')},
    trigger_type TEXT NOT NULL ${ONE_OF('trigger_type', 'schedule', 'http', 'cli', 'internal')},
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    address TEXT,
    user_agent TEXT,
    request_id TEXT,
    dataset_id TEXT ${DATASET},
    scope TEXT NOT NULL ${JSON_TEXT('scope')},
    reason TEXT,
    plan TEXT ${JSON_TEXT('plan')},
    plan_id TEXT,
    queued_at INTEGER NOT NULL ${WHOLE('queued_at')},
    started_at INTEGER ${WHOLE('started_at')},
    finished_at INTEGER ${WHOLE('finished_at')},
    outcome TEXT,
    bytes INTEGER NOT NULL DEFAULT 0 ${WHOLE('bytes')},
    error TEXT ${JSON_TEXT('error')},
    decisions TEXT NOT NULL DEFAULT '[]' ${JSON_TEXT('decisions')},
    progress TEXT ${JSON_TEXT('progress')},
    keep INTEGER NOT NULL CHECK (keep IN (0, 1)),
    CHECK (kind <> 'REPAIR' OR dataset_id IS NOT NULL)
  ) STRICT`,
  // The lock of a dataset is this index: two people who press Repair get one run, not two.
  `CREATE UNIQUE INDEX run_one_active_repair ON run (dataset_id) WHERE kind = 'REPAIR' AND state IN ('QUEUED', 'RUNNING')`,
  `CREATE INDEX run_active ON run (id) WHERE state IN ('QUEUED', 'RUNNING')`,
  'CREATE INDEX run_dataset ON run (dataset_id, id)',
  'CREATE INDEX run_queued ON run (queued_at)',
  'CREATE INDEX run_prunable ON run (finished_at) WHERE keep = 0',

  `CREATE TABLE snapshot_state (
    dataset_id TEXT NOT NULL PRIMARY KEY ${DATASET} ON DELETE CASCADE,
    verdict TEXT ${JSON_TEXT('verdict')},
    memory TEXT NOT NULL ${JSON_TEXT('memory')},
    since INTEGER ${WHOLE('since')},
    plan_hash TEXT,
    last_run_id INTEGER REFERENCES run (id) ON DELETE SET NULL,
    updated_at INTEGER NOT NULL ${WHOLE('updated_at')}
  ) STRICT`,
  'CREATE INDEX snapshot_state_run ON snapshot_state (last_run_id)',

  `CREATE TABLE action (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    dataset_id TEXT ${DATASET},
    step INTEGER ${WHOLE('step')},
    kind TEXT NOT NULL ${ONE_OF('kind', 'COMMAND', 'TRANSFER', 'DECISION')},
    title TEXT NOT NULL,
    host TEXT,
    command TEXT NOT NULL ${JSON_TEXT('command')},
    state TEXT NOT NULL ${ONE_OF('state', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'INTERRUPTED', 'SKIPPED')},
    started_at INTEGER NOT NULL ${WHOLE('started_at')},
    finished_at INTEGER ${WHOLE('finished_at')},
    exit_code INTEGER,
    bytes INTEGER ${WHOLE('bytes')},
    error TEXT,
    detail TEXT NOT NULL ${JSON_TEXT('detail')}
  ) STRICT`,
  'CREATE INDEX action_run ON action (run_id, id)',
  'CREATE INDEX action_dataset ON action (dataset_id)',
  `CREATE INDEX action_running ON action (id) WHERE state = 'RUNNING'`,

  `CREATE TABLE lag_point (
    dataset_id TEXT NOT NULL ${DATASET} ON DELETE CASCADE,
    at INTEGER NOT NULL ${WHOLE('at')},
    delay_seconds REAL,
    lag_seconds REAL,
    health TEXT NOT NULL,
    PRIMARY KEY (dataset_id, at)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX lag_point_at ON lag_point (at)',

  `CREATE TABLE control (
    dataset_id TEXT NOT NULL ${DATASET} ON DELETE CASCADE,
    kind TEXT NOT NULL ${ONE_OF('kind', 'pause', 'ack')},
    until INTEGER ${WHOLE('until')},
    "by" TEXT NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL ${WHOLE('at')},
    PRIMARY KEY (dataset_id, kind)
  ) STRICT, WITHOUT ROWID`,

  // No foreign keys: a line about a run or dataset that is gone, or not yet there, must still be written.
  `CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL ${WHOLE('at')},
    level TEXT NOT NULL ${ONE_OF('level', 'debug', 'info', 'warn', 'error')},
    component TEXT NOT NULL,
    message TEXT NOT NULL,
    run_id INTEGER,
    dataset_id TEXT,
    host TEXT,
    request_id TEXT,
    fields TEXT NOT NULL ${JSON_TEXT('fields')}
  ) STRICT`,
  'CREATE INDEX log_at ON log (at)',
  'CREATE INDEX log_run ON log (run_id, id) WHERE run_id IS NOT NULL',
  'CREATE INDEX log_dataset ON log (dataset_id, id) WHERE dataset_id IS NOT NULL',
  `CREATE INDEX log_attention ON log (id) WHERE level IN ('warn', 'error')`,

  `CREATE TABLE invocation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    trigger_type TEXT NOT NULL ${ONE_OF('trigger_type', 'schedule', 'http', 'cli', 'internal')},
    actor TEXT NOT NULL,
    input TEXT NOT NULL ${JSON_TEXT('input')},
    state TEXT NOT NULL ${ONE_OF('state', 'RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED', 'SKIPPED', 'INTERRUPTED')},
    started_at INTEGER NOT NULL ${WHOLE('started_at')},
    finished_at INTEGER ${WHOLE('finished_at')},
    outcome TEXT NOT NULL ${JSON_TEXT('outcome')},
    error TEXT
  ) STRICT`,
  'CREATE INDEX invocation_name ON invocation (name, id)',
  'CREATE INDEX invocation_started ON invocation (started_at)',
]

export const firstSchema: Migration = {
  version: 1,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
