import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** Bytes of a line, with some for the row itself and its places in the indexes. `row`: `NEW.`, `OLD.` or nothing. */
const BYTES = (row: string) =>
  `(120 + ${['message', 'fields', 'component', 'dataset_id', 'host', 'request_id']
    .map((column) => `coalesce(octet_length(${row}${column}), 0)`)
    .join(' + ')})`

const STATEMENTS = [
  // Counted as it grows: adding it up would read the whole table, and it is asked with every batch of lines.
  `CREATE TABLE log_volume (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    bytes INTEGER NOT NULL
  ) STRICT`,
  `INSERT INTO log_volume (one, bytes) SELECT 1, coalesce(sum(${BYTES('')}), 0) FROM log`,
  `CREATE TRIGGER log_grows AFTER INSERT ON log BEGIN
    UPDATE log_volume SET bytes = bytes + ${BYTES('NEW.')};
  END`,
  `CREATE TRIGGER log_shrinks AFTER DELETE ON log BEGIN
    UPDATE log_volume SET bytes = max(0, bytes - ${BYTES('OLD.')});
  END`,
]

export const logVolume: Migration = {
  version: 8,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
