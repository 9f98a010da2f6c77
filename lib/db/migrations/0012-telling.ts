import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`
const JSON_OBJECT = (column: string) => `CHECK (json_type(${column}) = 'object')`

const STATEMENTS = [
  // What is told of: one cause each. `data` is all of it; the columns are what it is looked for by. No foreign keys: what was
  // told stays readable when the dataset is gone.
  `CREATE TABLE incident (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    host TEXT,
    since INTEGER NOT NULL ${TIME('since')},
    resolved_at INTEGER ${TIME('resolved_at')},
    data TEXT NOT NULL ${JSON_OBJECT('data')}
  ) STRICT`,
  'CREATE INDEX incident_resolved ON incident (resolved_at)',
  // What is remembered of a subject that is out of order, or lately was.
  `CREATE TABLE incident_case (
    subject TEXT PRIMARY KEY,
    data TEXT NOT NULL ${JSON_OBJECT('data')}
  ) STRICT`,
  // Messages on their way, one row for each channel. `id` is the same in every copy of a message.
  `CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    incident TEXT,
    state TEXT NOT NULL CHECK (state IN ('WAITING', 'SENT', 'MERGED', 'OUTDATED', 'REFUSED', 'NO_CHANNEL')),
    at INTEGER NOT NULL ${TIME('at')},
    not_before INTEGER NOT NULL ${TIME('not_before')},
    attempts INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER ${TIME('ended_at')},
    error TEXT,
    message TEXT NOT NULL ${JSON_OBJECT('message')},
    UNIQUE (id, channel)
  ) STRICT`,
  "CREATE INDEX outbox_waiting ON outbox (channel, seq) WHERE state = 'WAITING'",
  'CREATE INDEX outbox_incident ON outbox (incident, seq)',
  'CREATE INDEX outbox_ended ON outbox (ended_at)',
  // Of each channel whether it takes messages: a restart forgets neither a failure nor when to try again.
  `CREATE TABLE channel_state (
    channel TEXT PRIMARY KEY,
    failing_since INTEGER ${TIME('failing_since')},
    attempts INTEGER NOT NULL,
    try_at INTEGER NOT NULL ${TIME('try_at')},
    error TEXT,
    sent_at INTEGER ${TIME('sent_at')}
  ) STRICT`,
  // What was told for which day or month: a digest, a report.
  `CREATE TABLE told_for (
    what TEXT PRIMARY KEY,
    moment TEXT NOT NULL
  ) STRICT`,
]

export const telling: Migration = {
  version: 12,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
