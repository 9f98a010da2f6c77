import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

/** The last verification of each dataset; the one before it is replaced. */
export const verification: Migration = {
  version: 3,
  async up(db) {
    await sql`CREATE TABLE verification (
      dataset_id TEXT NOT NULL PRIMARY KEY REFERENCES dataset (id) ON UPDATE CASCADE ON DELETE CASCADE,
      at INTEGER NOT NULL CHECK (at BETWEEN 0 AND 9007199254740991),
      result TEXT NOT NULL,
      report TEXT NOT NULL CHECK (json_valid(report))
    ) STRICT`.execute(db)
  },
}
