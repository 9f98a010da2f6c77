import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { AccessStore, UserRecord, UsersElsewhere } from './access-types.ts'
import type { Row, Schema } from './schema.ts'
import { revokeWithChildren } from './tokens.ts'

type Users = Pick<AccessStore, 'users' | 'user' | 'addUser' | 'addFirstUser' | 'changeUser' | 'removeUser'>

export function usersRepository(db: Kysely<Schema>): Users {
  return {
    async users() {
      return (await db.selectFrom('user').selectAll().orderBy('name').execute()).map(toRecord)
    },

    async user(name) {
      const row = await db.selectFrom('user').selectAll().where('name', '=', name).executeTakeFirst()
      return row ? toRecord(row) : null
    },

    async addUser(user) {
      const insert = db
        .insertInto('user')
        .values(toRow(user))
        .onConflict((conflict) => conflict.doNothing())
      return (await insert.returning('name').executeTakeFirst()) !== undefined
    },

    async addFirstUser(user) {
      return db.transaction().execute(async (transaction) => {
        if (await transaction.selectFrom('user').select('name').limit(1).executeTakeFirst()) return false
        await transaction.insertInto('user').values(toRow(user)).execute()
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
  // A row that the configuration stands before lets nobody in.
  const shadowed = names.length === 0 ? sql`` : sql`AND other.name NOT IN (${sql.join(names)})`
  return sql<boolean>`(user.role <> 'admin' OR EXISTS (
    SELECT 1 FROM user AS other WHERE other.role = 'admin' AND other.name <> user.name ${shadowed}))`
}

async function whyNot(db: Kysely<Schema>, name: string): Promise<'missing' | 'last-admin'> {
  return (await db.selectFrom('user').select('name').where('name', '=', name).executeTakeFirst())
    ? 'last-admin'
    : 'missing'
}

function toRow({ name, role, passwordHash, createdAt, changedAt }: UserRecord) {
  return { name, role, password_hash: passwordHash, created_at: createdAt, changed_at: changedAt }
}

function toRecord(row: Row<'user'>): UserRecord {
  return {
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  }
}
