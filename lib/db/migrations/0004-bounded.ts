import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`

const STATEMENTS = [
  // Children of recursive mappings: since when their backup is gone too, and since when they are no longer listed.
  `ALTER TABLE dataset ADD COLUMN backup_gone_at INTEGER ${TIME('backup_gone_at')}`,
  `ALTER TABLE dataset ADD COLUMN forgotten_at INTEGER ${TIME('forgotten_at')}`,

  // Ordinary repairs of policy, many in one blob: what one of them did is kept for ever, and its own row would be too much.
  `CREATE TABLE run_archive (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    first_at INTEGER NOT NULL ${TIME('first_at')},
    last_at INTEGER NOT NULL ${TIME('last_at')},
    datasets TEXT NOT NULL CHECK (json_valid(datasets)),
    whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
    packed BLOB NOT NULL
  ) STRICT`,
  'CREATE INDEX run_archive_ids ON run_archive (last_id, first_id)',
  'CREATE INDEX run_archive_whole ON run_archive (last_at) WHERE whole = 1',

  // By what the archive calls a dataset: ids change with the configuration, and are given away again.
  `CREATE TABLE archive_dataset (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset_id TEXT NOT NULL REFERENCES dataset (id) ON UPDATE CASCADE
  ) STRICT`,
  'CREATE INDEX archive_dataset_id ON archive_dataset (dataset_id)',

  // Days (since 1970, UTC) on which the witness was at work: history ages by them, not by what a clock was set to.
  'CREATE TABLE lived_day (day INTEGER PRIMARY KEY CHECK (day BETWEEN 0 AND 104249991)) STRICT',

  // It cost as much as the points themselves; they are deleted dataset by dataset, along their key.
  'DROP INDEX lag_point_at',
]

export const bounded: Migration = {
  version: 4,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
