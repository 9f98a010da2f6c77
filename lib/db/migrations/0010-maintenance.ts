import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`

const STATEMENTS = [
  // Hosts and pairs by their names: one that has left the configuration is still what it was for.
  `CREATE TABLE maintenance (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('pause', 'ack')),
    scope TEXT NOT NULL CHECK (scope IN ('all', 'hosts', 'pair', 'datasets', 'scheduler')),
    names TEXT NOT NULL CHECK (json_valid(names)),
    from_at INTEGER NOT NULL ${TIME('from_at')},
    until_at INTEGER ${TIME('until_at')},
    "by" TEXT NOT NULL,
    reason TEXT,
    made_at INTEGER NOT NULL ${TIME('made_at')},
    ended_at INTEGER ${TIME('ended_at')},
    ended_by TEXT,
    noted TEXT NOT NULL CHECK (noted IN ('planned', 'in force', 'over')),
    CHECK (until_at IS NULL OR until_at > from_at),
    CHECK (scope <> 'scheduler' OR kind = 'pause'),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
  ) STRICT`,
  "CREATE INDEX maintenance_open ON maintenance (id) WHERE noted <> 'over'",
  // A selection follows the ids of its datasets.
  `CREATE TABLE maintenance_dataset (
    maintenance_id INTEGER NOT NULL REFERENCES maintenance (id) ON DELETE CASCADE,
    dataset_id TEXT NOT NULL REFERENCES dataset (id) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (maintenance_id, dataset_id)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX maintenance_dataset_id ON maintenance_dataset (dataset_id)',
]

export const maintenance: Migration = {
  version: 10,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
