import { Database } from 'bun:sqlite'
import { Kysely } from 'kysely'
import type { AccessStore } from '#lib/db/access-types.ts'
import { auditRepository } from '#lib/db/audit.ts'
import { Dialect } from '#lib/db/dialect.ts'
import { knownBrowsersRepository } from '#lib/db/known-browsers.ts'
import { migrate } from '#lib/db/migrate.ts'
import { MIGRATIONS } from '#lib/db/migrations/all.ts'
import type { Schema } from '#lib/db/schema.ts'
import { sessionsRepository } from '#lib/db/sessions.ts'
import { tokensRepository } from '#lib/db/tokens.ts'
import { usersRepository } from '#lib/db/users.ts'

/** Users, sessions, tokens and the audit as in the product, in a database that is only in memory. */
export async function memoryAccessStore(): Promise<AccessStore> {
  const database = new Database(':memory:', { strict: true })
  const db = new Kysely<Schema>({ dialect: new Dialect(database) })
  await migrate(db, { file: ':memory:', from: 0, migrations: MIGRATIONS, copyBefore: () => {} })
  return {
    ...usersRepository(db),
    ...sessionsRepository(db),
    ...knownBrowsersRepository(db),
    ...tokensRepository(db),
    ...auditRepository(db),
  }
}
