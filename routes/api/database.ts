import { Database, databaseView, withBackups } from '#lib/api/backup.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'How large and how sound the database is, and its backups.',
  description: 'All of it is read, by a process of its own: on a large one this takes seconds.',
  operationId: 'database',
  tags: ['history'],
  access: 'operator',
  output: Database,
  timeout: 10 * 60_000,
  errors: { 500: ['BACKUP_FAILED'] },
  run: (_, { backups, signal }) => withBackups(async () => databaseView(await backups.facts(signal), backups.state())),
})
