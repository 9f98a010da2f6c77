import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const WHOLE = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`

const STATEMENTS = [
  // How long each dataset was within its objective, by the limit of that time: the looks themselves are kept for a while only.
  `CREATE TABLE objective_month (
    dataset_id TEXT NOT NULL REFERENCES dataset (id) ON UPDATE CASCADE ON DELETE CASCADE,
    month TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]'),
    from_at INTEGER NOT NULL ${WHOLE('from_at')},
    until_at INTEGER NOT NULL ${WHOLE('until_at')},
    inside_ms INTEGER NOT NULL ${WHOLE('inside_ms')},
    outside_ms INTEGER NOT NULL ${WHOLE('outside_ms')},
    unknown_ms INTEGER NOT NULL ${WHOLE('unknown_ms')},
    PRIMARY KEY (dataset_id, month)
  ) STRICT, WITHOUT ROWID`,
  // What each primary held at the last count that nobody replicates; a host that could not be read keeps its row.
  `CREATE TABLE uncovered (
    host TEXT PRIMARY KEY,
    at INTEGER NOT NULL ${WHOLE('at')},
    datasets INTEGER NOT NULL ${WHOLE('datasets')},
    count INTEGER NOT NULL ${WHOLE('count')},
    bytes INTEGER NOT NULL ${WHOLE('bytes')},
    names TEXT NOT NULL CHECK (json_valid(names))
  ) STRICT`,
  // What repairs moved out of the way or destroyed: few among many.
  `CREATE INDEX run_moved ON run (dataset_id, id) WHERE kind = 'REPAIR'
    AND (json_extract(plan, '$.setAside') IS NOT NULL OR json_array_length(plan, '$.destroys') > 0)`,
]

export const objective: Migration = {
  version: 13,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
