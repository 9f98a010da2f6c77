import type { Kysely } from 'kysely'
import type { AccessStore, KnownBrowserRecord } from './access-types.ts'
import type { Row, Schema } from './schema.ts'

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
      return row ? toRecord(row) : null
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

function toRecord({ seen_at, ...same }: Row<'known_browser'>): KnownBrowserRecord {
  return { ...same, seenAt: seen_at }
}
