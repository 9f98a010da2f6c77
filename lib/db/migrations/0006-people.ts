import { sql } from 'kysely'
import { type AuditContent, genesis, hashOf } from '../audit.ts'
import type { Migration } from '../migrate.ts'

const TIME = (column: string) => `CHECK (${column} BETWEEN 0 AND 9007199254740991)`
const BATCH = 1000

const STATEMENTS = [
  `ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''`,
  // What is left of an entry that was forgotten: enough for the chain to go on over it.
  `CREATE TABLE audit_forgotten (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 16)
  ) STRICT`,

  // Who made a token, so that it is never more than its maker is; null where that is not on record.
  `ALTER TABLE api_token ADD COLUMN maker_kind TEXT
    CHECK (maker_kind IN ('session', 'token', 'socket', 'proxy', 'none', 'schedule'))`,
  // Of a token that made it: its id. Names of tokens are given again.
  'ALTER TABLE api_token ADD COLUMN maker_token TEXT',
  'ALTER TABLE api_token ADD COLUMN revoked_because TEXT',
  `UPDATE api_token SET maker_kind = (
    SELECT actor_kind FROM audit WHERE action = 'tokenCreate' AND result = 'OK' AND target = api_token.name
      AND actor = api_token.created_by AND abs(audit.at - api_token.created_at) < 60000 ORDER BY id DESC LIMIT 1)`,
  `UPDATE api_token SET maker_token = (
    SELECT id FROM api_token AS maker WHERE maker.name = api_token.created_by AND maker.created_at <= api_token.created_at
      ORDER BY maker.created_at DESC LIMIT 1) WHERE maker_kind = 'token'`,

  // People whom a proxy signs in are known here only as they were when they last came.
  `CREATE TABLE proxy_maker (
    name TEXT NOT NULL PRIMARY KEY,
    role TEXT CHECK (role IN ('viewer', 'operator', 'admin')),
    groups TEXT,
    seen_at INTEGER NOT NULL ${TIME('seen_at')}
  ) STRICT`,
  `INSERT INTO proxy_maker (name, role, groups, seen_at)
    SELECT actor, CASE WHEN role IN ('viewer', 'operator', 'admin') THEN role END, NULL, at FROM audit
    WHERE id IN (SELECT max(id) FROM audit WHERE actor_kind = 'proxy' GROUP BY actor)
      AND actor IN (SELECT created_by FROM api_token WHERE maker_kind = 'proxy')`,
]

export const people: Migration = {
  version: 6,
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
    let hash = await genesis(db)
    let count = 0
    let last = 0
    for (;;) {
      const { rows } =
        await sql<AuditContent>`SELECT * FROM audit WHERE id > ${last} ORDER BY id LIMIT ${BATCH}`.execute(db)
      for (const row of rows) {
        hash = hashOf(hash, row)
        await sql`UPDATE audit SET hash = ${hash} WHERE id = ${row.id}`.execute(db)
        last = row.id
      }
      count += rows.length
      if (rows.length < BATCH) break
    }
    if (count === 0) return
    // It says itself up to where it proves less: what was changed before cannot be seen, and ids may be missing there.
    const { rows } = await sql<AuditContent>`
      INSERT INTO audit (at, actor_kind, actor, role, action, target, result, detail)
      VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER), 'schedule', 'upgrade', 'admin', 'auditChained', ${String(last)},
        'OK', ${JSON.stringify({ entries: count, to: last })}) RETURNING *`.execute(db)
    for (const row of rows) await sql`UPDATE audit SET hash = ${hashOf(hash, row)} WHERE id = ${row.id}`.execute(db)
  },
}
