import type { Transaction } from 'kysely'
import type { Config } from '#config/effective.ts'
import type { Schema } from './schema.ts'

/** san_host rows as the config has them; a host that is gone stays as retired, since history refers to it. */
export async function syncHosts(db: Transaction<Schema>, config: Config, now: number): Promise<void> {
  for (const host of config.hosts.values()) {
    const facts = { hostname: host.hostname, port: host.port, ssh_user: host.sshUser, retired_at: null }
    const insert = db.insertInto('san_host').values({ id: host.id, ...facts })
    await insert.onConflict((conflict) => conflict.column('id').doUpdateSet(facts)).execute()
  }
  for (const row of await db.selectFrom('san_host').select('id').where('retired_at', 'is', null).execute()) {
    if (config.hosts.has(row.id)) continue
    await db.updateTable('san_host').set({ retired_at: now }).where('id', '=', row.id).execute()
  }
}

export async function syncPairs(db: Transaction<Schema>, config: Config, now: number): Promise<void> {
  for (const pair of config.pairs) {
    const facts = { primary_host: pair.primary, backup_host: pair.backup, retired_at: null }
    const insert = db.insertInto('san_pair').values({ name: pair.name, ...facts })
    await insert.onConflict((conflict) => conflict.column('name').doUpdateSet(facts)).execute()
  }
  const names = new Set(config.pairs.map((pair) => pair.name))
  for (const row of await db.selectFrom('san_pair').select('name').where('retired_at', 'is', null).execute()) {
    if (names.has(row.name)) continue
    await db.updateTable('san_pair').set({ retired_at: now }).where('name', '=', row.name).execute()
  }
}
