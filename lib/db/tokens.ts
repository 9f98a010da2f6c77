import { type Kysely, sql } from 'kysely'
import type { AccessStore, TokenRecord } from './access-types.ts'
import type { Row, Schema } from './schema.ts'

type Tokens = Pick<
  AccessStore,
  'addToken' | 'token' | 'tokens' | 'touchToken' | 'revokeTokens' | 'proxyMakers' | 'saveProxyMaker'
>

export function tokensRepository(db: Kysely<Schema>): Tokens {
  return {
    async addToken(token) {
      return db.transaction().execute(async (transaction) => {
        const other = await transaction
          .selectFrom('api_token')
          .select('id')
          .where('name', '=', token.name)
          .where('revoked_at', 'is', null)
          .executeTakeFirst()
        if (other) return false
        await transaction.insertInto('api_token').values(toRow(token)).execute()
        return true
      })
    },

    async token(id) {
      const row = await db.selectFrom('api_token').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? toRecord(row) : null
    },

    async tokens() {
      const rows = await db.selectFrom('api_token').selectAll().orderBy('created_at', 'desc').orderBy('id').execute()
      return rows.map(toRecord)
    },

    async touchToken(id, now, address) {
      await db.updateTable('api_token').set({ used_at: now, used_from: address }).where('id', '=', id).execute()
    },

    revokeTokens: (ids, now, because) => db.transaction().execute((one) => revokeWithChildren(one, ids, now, because)),

    async proxyMakers() {
      const rows = await db.selectFrom('proxy_maker').selectAll().execute()
      return rows.map(({ name, role, groups, seen_at }) => ({ name, role, groups, seenAt: seen_at }))
    },

    async saveProxyMaker({ name, role, groups, seenAt }) {
      const row = { role, groups, seen_at: seenAt }
      await db
        .insertInto('proxy_maker')
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute()
    },
  }
}

/** A token that a token made goes with it. @returns those that were in force */
export async function revokeWithChildren(
  db: Kysely<Schema>,
  ids: readonly string[],
  now: number,
  because: string | null,
): Promise<readonly TokenRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Row<'api_token'>>`
    WITH RECURSIVE gone (id) AS (
      SELECT id FROM api_token WHERE id IN (${sql.join(ids)})
      UNION SELECT child.id FROM api_token AS child JOIN gone ON child.maker_token = gone.id
    )
    UPDATE api_token SET revoked_at = ${now}, revoked_because = ${because}
    WHERE revoked_at IS NULL AND id IN (SELECT id FROM gone) RETURNING *`.execute(db)
  return rows.map(toRecord)
}

function toRow(token: TokenRecord) {
  const { id, name, role, digest } = token
  return {
    ...{ id, name, role, digest },
    created_by: token.createdBy,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    used_at: token.usedAt,
    used_from: token.usedFrom,
    revoked_at: token.revokedAt,
    maker_kind: token.makerKind,
    maker_token: token.makerToken,
    revoked_because: token.revokedBecause,
  }
}

function toRecord(row: Row<'api_token'>): TokenRecord {
  const { id, name, role, digest } = row
  return {
    ...{ id, name, role, digest },
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    usedFrom: row.used_from,
    revokedAt: row.revoked_at,
    makerKind: row.maker_kind,
    makerToken: row.maker_token,
    revokedBecause: row.revoked_because,
  }
}
