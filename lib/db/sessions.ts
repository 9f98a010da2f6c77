import type { Kysely } from 'kysely'
import type { AccessStore, SessionRecord } from './access-types.ts'
import type { Row, Schema } from './schema.ts'

type Sessions = Pick<
  AccessStore,
  | 'addSession'
  | 'sessionByDigest'
  | 'touchSession'
  | 'sessions'
  | 'removeSession'
  | 'removeSessionsOf'
  | 'pruneSessions'
>

export function sessionsRepository(db: Kysely<Schema>): Sessions {
  return {
    async addSession({ createdAt, seenAt, expiresAt, userAgent, ...same }) {
      const times = { created_at: createdAt, seen_at: seenAt, expires_at: expiresAt }
      const insert = db.insertInto('session').values({ ...same, ...times, user_agent: userAgent })
      return (await insert.returning('id').executeTakeFirstOrThrow()).id
    },

    async sessionByDigest(digest) {
      const row = await db.selectFrom('session').selectAll().where('digest', '=', digest).executeTakeFirst()
      return row ? toRecord(row) : null
    },

    async touchSession(id, now, address) {
      await db.updateTable('session').set({ seen_at: now, address }).where('id', '=', id).execute()
    },

    async sessions(user) {
      let select = db.selectFrom('session').selectAll().orderBy('id', 'desc')
      if (user !== null) select = select.where('user', '=', user)
      return (await select.execute()).map(toRecord)
    },

    async removeSession(id) {
      return (await db.deleteFrom('session').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n
    },

    async removeSessionsOf(user, except = null) {
      let all = db.deleteFrom('session').where('user', '=', user)
      if (except !== null) all = all.where('id', '<>', except)
      return Number((await all.executeTakeFirst()).numDeletedRows)
    },

    async pruneSessions(now, idleBefore) {
      const over = db
        .deleteFrom('session')
        .where((e) => e.or([e('expires_at', '<=', now), e('seen_at', '<', idleBefore)]))
      return Number((await over.executeTakeFirst()).numDeletedRows)
    },
  }
}

function toRecord(row: Row<'session'>): SessionRecord {
  const { id, digest, user, credential, address } = row
  return {
    id,
    digest,
    user,
    credential,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    address,
    userAgent: row.user_agent,
  }
}
