import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Row, Schema } from './schema.ts'
import type {
  AccessStore,
  KnownBrowserRecord,
  SessionRecord,
  TokenRecord,
  UserRecord,
  UsersElsewhere,
} from './types.ts'

type Users = Pick<AccessStore, 'users' | 'user' | 'addUser' | 'addFirstUser' | 'changeUser' | 'removeUser'>

export function usersRepository(db: Kysely<Schema>): Users {
  return {
    async users() {
      return (await db.selectFrom('user').selectAll().orderBy('name').execute()).map(userRecord)
    },

    async user(name) {
      const row = await db.selectFrom('user').selectAll().where('name', '=', name).executeTakeFirst()
      return row ? userRecord(row) : null
    },

    async addUser(user) {
      const insert = db
        .insertInto('user')
        .values(userRow(user))
        .onConflict((conflict) => conflict.doNothing())
      return (await insert.returning('name').executeTakeFirst()) !== undefined
    },

    async addFirstUser(user) {
      return db.transaction().execute(async (transaction) => {
        if (await transaction.selectFrom('user').select('name').limit(1).executeTakeFirst()) return false
        await transaction.insertInto('user').values(userRow(user)).execute()
        return true
      })
    },

    async changeUser(name, { role, passwordHash }, now, elsewhere) {
      const change = {
        changed_at: now,
        ...(role === undefined ? {} : { role }),
        ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
      }
      return db.transaction().execute(async (one) => {
        let update = one.updateTable('user').set(change).where('name', '=', name)
        if (role !== undefined && role !== 'admin') update = update.where(leavesAnAdmin(elsewhere()))
        const { numUpdatedRows } = await update.executeTakeFirst()
        return numUpdatedRows > 0n ? 'changed' : whyNot(one, name)
      })
    },

    async removeUser(name, now, elsewhere) {
      return db.transaction().execute(async (one) => {
        const removal = one.deleteFrom('user').where('name', '=', name).where(leavesAnAdmin(elsewhere()))
        const { numDeletedRows } = await removal.executeTakeFirst()
        if (numDeletedRows === 0n) return { result: await whyNot(one, name), tokens: [] }
        await one.deleteFrom('session').where('user', '=', name).execute()
        await one.deleteFrom('known_browser').where('user', '=', name).execute()
        const theirs = await one
          .selectFrom('api_token')
          .select('id')
          .where('created_by', '=', name)
          // What was made before makers were on record is taken for theirs.
          .where((e) => e.or([e('maker_kind', '=', 'session'), e('maker_kind', 'is', null)]))
          .execute()
        const because = `${name}, who made it, was removed`
        const ids = theirs.map(({ id }) => id)
        return { result: 'removed', tokens: await revokeWithChildren(one, ids, now, because) }
      })
    },
  }
}

/** Of the row that is changed or deleted: it is no admin, or another one can sign in. */
function leavesAnAdmin({ names, hasAdmin }: UsersElsewhere): RawBuilder<boolean> {
  if (hasAdmin) return sql<boolean>`1`
  // A row that the configuration stands before lets no one in.
  const shadowed = names.length === 0 ? sql`` : sql`AND other.name NOT IN (${sql.join(names)})`
  return sql<boolean>`(user.role <> 'admin' OR EXISTS (
    SELECT 1 FROM user AS other WHERE other.role = 'admin' AND other.name <> user.name ${shadowed}))`
}

async function whyNot(db: Kysely<Schema>, name: string): Promise<'missing' | 'last-admin'> {
  return (await db.selectFrom('user').select('name').where('name', '=', name).executeTakeFirst())
    ? 'last-admin'
    : 'missing'
}

function userRow({ name, role, passwordHash, createdAt, changedAt }: UserRecord) {
  return { name, role, password_hash: passwordHash, created_at: createdAt, changed_at: changedAt }
}

function userRecord(row: Row<'user'>): UserRecord {
  return {
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  }
}

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
        await transaction.insertInto('api_token').values(tokenRow(token)).execute()
        return true
      })
    },

    async token(id) {
      const row = await db.selectFrom('api_token').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? tokenRecord(row) : null
    },

    async tokens() {
      const rows = await db.selectFrom('api_token').selectAll().orderBy('created_at', 'desc').orderBy('id').execute()
      return rows.map(tokenRecord)
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
async function revokeWithChildren(
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
  return rows.map(tokenRecord)
}

function tokenRow(token: TokenRecord) {
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

function tokenRecord(row: Row<'api_token'>): TokenRecord {
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
      return row ? sessionRecord(row) : null
    },

    async touchSession(id, now, address) {
      await db.updateTable('session').set({ seen_at: now, address }).where('id', '=', id).execute()
    },

    async sessions(user) {
      let select = db.selectFrom('session').selectAll().orderBy('id', 'desc')
      if (user !== null) select = select.where('user', '=', user)
      return (await select.execute()).map(sessionRecord)
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

function sessionRecord(row: Row<'session'>): SessionRecord {
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

type KnownBrowsers = Pick<
  AccessStore,
  'rememberBrowser' | 'knownBrowser' | 'isKnownNetwork' | 'forgetBrowserOfSession' | 'forgetBrowsersOf'
>

export function knownBrowsersRepository(db: Kysely<Schema>): KnownBrowsers {
  return {
    async rememberBrowser({ seenAt, ...same }, { replaces, seenBefore, most }) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('known_browser').where('seen_at', '<', seenBefore).execute()
        if (replaces !== null)
          await transaction
            .updateTable('known_browser')
            .set({ digest: same.digest })
            .where('digest', '=', replaces)
            .execute()
        const { credential, session, network } = same
        await transaction
          .insertInto('known_browser')
          .values({ ...same, seen_at: seenAt })
          .onConflict((conflict) =>
            conflict.columns(['digest', 'user']).doUpdateSet({ credential, session, network, seen_at: seenAt }),
          )
          .execute()
        const kept = transaction
          .selectFrom('known_browser')
          .select('id')
          .where('user', '=', same.user)
          .orderBy('seen_at', 'desc')
          .orderBy('id', 'desc')
          .limit(most)
        await transaction
          .deleteFrom('known_browser')
          .where('user', '=', same.user)
          .where('id', 'not in', kept)
          .execute()
      })
    },

    async knownBrowser(digest, user) {
      const row = await db
        .selectFrom('known_browser')
        .selectAll()
        .where('digest', '=', digest)
        .where('user', '=', user)
        .executeTakeFirst()
      return row ? browserRecord(row) : null
    },

    async isKnownNetwork(network, since) {
      const row = await db
        .selectFrom('known_browser')
        .select('id')
        .where('network', '=', network)
        .where('seen_at', '>=', since)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    async forgetBrowserOfSession(session) {
      await db.deleteFrom('known_browser').where('session', '=', session).execute()
    },

    async forgetBrowsersOf(user, exceptSession = null) {
      let all = db.deleteFrom('known_browser').where('user', '=', user)
      if (exceptSession !== null) all = all.where('session', '<>', exceptSession)
      await all.execute()
    },
  }
}

function browserRecord({ seen_at, ...same }: Row<'known_browser'>): KnownBrowserRecord {
  return { ...same, seenAt: seen_at }
}
