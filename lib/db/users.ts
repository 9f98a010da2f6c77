import type { Kysely } from 'kysely'
import type { AccessStore, UserRecord } from './access-types.ts'
import type { Row, Schema } from './schema.ts'

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

    async changeUser(name, { role, passwordHash }, now) {
      const change = {
        changed_at: now,
        ...(role === undefined ? {} : { role }),
        ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
      }
      const { numUpdatedRows } = await db.updateTable('user').set(change).where('name', '=', name).executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async removeUser(name) {
      return db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('session').where('user', '=', name).execute()
        await transaction.deleteFrom('known_browser').where('user', '=', name).execute()
        const { numDeletedRows } = await transaction.deleteFrom('user').where('name', '=', name).executeTakeFirst()
        return numDeletedRows > 0n
      })
    },
  }
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
