import type { Kysely } from 'kysely'
import type { AccessStore, TokenRecord } from './access-types.ts'
import type { Row, Schema } from './schema.ts'

type Tokens = Pick<AccessStore, 'addToken' | 'token' | 'tokens' | 'touchToken' | 'revokeToken'>

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

    async revokeToken(id, now) {
      const { numUpdatedRows } = await db
        .updateTable('api_token')
        .set({ revoked_at: now })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
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
  }
}
