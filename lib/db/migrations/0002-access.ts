import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`
const ROLE = `CHECK (role IN ('viewer', 'operator', 'admin'))`
const DIGEST = (column: string) => `CHECK (length(${column}) = 64 AND ${column} NOT GLOB '*[^0-9a-f]*')`

const STATEMENTS = [
  // How the one who asked was recognised; null for what was recorded before this.
  `ALTER TABLE run ADD COLUMN actor_kind TEXT CHECK (actor_kind IN ('session', 'token', 'socket', 'proxy', 'none', 'schedule'))`,

  `CREATE TABLE user (
    name TEXT NOT NULL PRIMARY KEY CHECK (name = lower(name)),
    role TEXT NOT NULL ${ROLE},
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL ${TIME('created_at')},
    changed_at INTEGER NOT NULL ${TIME('changed_at')}
  ) STRICT`,

  // No foreign key to user: users of the configuration have sessions too. Of the cookie only its digest is known.
  `CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE ${DIGEST('digest')},
    user TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at INTEGER NOT NULL ${TIME('created_at')},
    seen_at INTEGER NOT NULL ${TIME('seen_at')},
    expires_at INTEGER NOT NULL ${TIME('expires_at')},
    address TEXT,
    user_agent TEXT
  ) STRICT`,
  'CREATE INDEX session_user ON session (user, id)',

  `CREATE TABLE api_token (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL ${ROLE},
    digest TEXT NOT NULL ${DIGEST('digest')},
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL ${TIME('created_at')},
    expires_at INTEGER ${TIME('expires_at')},
    used_at INTEGER ${TIME('used_at')},
    used_from TEXT,
    revoked_at INTEGER ${TIME('revoked_at')}
  ) STRICT`,
  // Two tokens of one name could not be told apart in the audit.
  'CREATE UNIQUE INDEX api_token_name ON api_token (name) WHERE revoked_at IS NULL',

  `CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL ${TIME('at')},
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    address TEXT,
    user_agent TEXT,
    request_id TEXT,
    action TEXT NOT NULL,
    target TEXT,
    reason TEXT,
    result TEXT NOT NULL CHECK (result IN ('OK', 'REFUSED', 'FAILED')),
    code TEXT,
    detail TEXT NOT NULL CHECK (json_valid(detail))
  ) STRICT`,
  'CREATE INDEX audit_at ON audit (at)',
  'CREATE INDEX audit_actor ON audit (actor, id)',
  'CREATE INDEX audit_action ON audit (action, id)',
  'CREATE INDEX audit_target ON audit (target, id) WHERE target IS NOT NULL',
]

export const access: Migration = {
  version: 2,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
