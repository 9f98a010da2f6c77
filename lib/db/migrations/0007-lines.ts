import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`

/**
 * How encrypted primaries were sent: by their guid, so that it outlives every mapping. Rows are never deleted. What earlier
 * versions remembered of a raw line stood in the state of its mapping.
 */
const STATEMENTS = [
  `CREATE TABLE line (
    primary_guid TEXT NOT NULL CHECK (primary_guid NOT GLOB '*[^0-9]*' AND length(primary_guid) BETWEEN 1 AND 20),
    backup_host TEXT NOT NULL CHECK (length(backup_host) BETWEEN 1 AND 300),
    backup_dataset TEXT NOT NULL CHECK (length(backup_dataset) BETWEEN 1 AND 300),
    raw_at INTEGER ${TIME('raw_at')},
    decrypted_at INTEGER ${TIME('decrypted_at')},
    decrypted_run INTEGER,
    PRIMARY KEY (primary_guid, backup_host, backup_dataset)
  ) STRICT`,
  `INSERT OR IGNORE INTO line (primary_guid, backup_host, backup_dataset, raw_at)
    SELECT dataset.primary_guid, dataset.backup_host, json_extract(memory, '$.sentRaw'), updated_at
    FROM snapshot_state JOIN dataset ON dataset.id = snapshot_state.dataset_id
    WHERE dataset.primary_guid IS NOT NULL AND json_type(memory, '$.sentRaw') = 'text'
      AND length(json_extract(memory, '$.sentRaw')) BETWEEN 1 AND 300`,
]

export const lines: Migration = {
  version: 7,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
