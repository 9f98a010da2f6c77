import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`

const STATEMENTS = [
  // Browsers that signed in: while others guess at the account, theirs is a way of its own. Of the cookie only its digest is
  // known. One browser may belong to several users. No foreign keys: users of the configuration and sessions that are over.
  `CREATE TABLE known_browser (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
    user TEXT NOT NULL,
    credential TEXT NOT NULL,
    session INTEGER NOT NULL,
    network TEXT NOT NULL,
    seen_at INTEGER NOT NULL ${TIME('seen_at')},
    UNIQUE (digest, user)
  ) STRICT`,
  'CREATE INDEX known_browser_user ON known_browser (user, seen_at)',
  'CREATE INDEX known_browser_session ON known_browser (session)',
  'CREATE INDEX known_browser_network ON known_browser (network, seen_at)',
]

export const knownBrowser: Migration = {
  version: 9,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
