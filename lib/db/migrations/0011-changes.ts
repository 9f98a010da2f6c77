import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`

const STATEMENTS = [
  // What became something else, when, and what ended it. A dataset's rows follow its id, and go when it is forgotten.
  `CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL ${TIME('at')},
    subject TEXT NOT NULL CHECK (subject IN ('dataset', 'host', 'pool', 'witness')),
    dataset_id TEXT REFERENCES dataset (id) ON UPDATE CASCADE ON DELETE CASCADE,
    host TEXT,
    pool TEXT,
    from_status TEXT,
    from_reason TEXT,
    to_status TEXT NOT NULL,
    to_reason TEXT,
    message TEXT NOT NULL,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    ended_at INTEGER ${TIME('ended_at')},
    ended_by TEXT CHECK (ended_by IN ('run', 'person', 'itself')),
    ended_run INTEGER,
    ended_actor TEXT,
    CHECK ((subject = 'dataset') = (dataset_id IS NOT NULL)),
    CHECK ((subject IN ('host', 'pool')) = (host IS NOT NULL)),
    CHECK ((subject = 'pool') = (pool IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
  ) STRICT`,
  'CREATE INDEX change_at ON change (at, id)',
  'CREATE INDEX change_dataset ON change (dataset_id, at, id) WHERE dataset_id IS NOT NULL',
  'CREATE INDEX change_host ON change (host, pool, at, id) WHERE host IS NOT NULL',
  'CREATE INDEX change_run ON change (ended_run) WHERE ended_run IS NOT NULL',
  'CREATE INDEX change_ended ON change (ended_at) WHERE ended_at IS NOT NULL',
  // How each dataset stands, and since when, was known before this: its history begins with that.
  `INSERT INTO change (at, subject, dataset_id, to_status, to_reason, message, evidence)
    SELECT coalesce(since, updated_at), 'dataset', dataset_id, json_extract(verdict, '$.health'),
      json_extract(verdict, '$.reason.code'), substr(coalesce(json_extract(verdict, '$.reason.message'), ''), 1, 2000), '{}'
    FROM snapshot_state WHERE json_type(verdict, '$.health') = 'text' ORDER BY coalesce(since, updated_at)`,
]

export const changes: Migration = {
  version: 11,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
