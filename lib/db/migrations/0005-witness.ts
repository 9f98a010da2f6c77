import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Who this witness is, on the backups that it repairs: made once, and carried along by a copy of the database. */
const STATEMENTS = [
  `CREATE TABLE witness (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL CHECK (length(id) = 16)
  ) STRICT`,
  'INSERT INTO witness (one, id) VALUES (1, lower(hex(randomblob(8))))',
]

export const witness: Migration = {
  version: 5,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
