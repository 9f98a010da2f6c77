import { BACKUP_TYPE, backupAnswer, withBackups } from '#lib/api/backup.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'A checked copy of the whole database, to be kept elsewhere.',
  description:
    'An SQLite file, which `zwitness restore` puts back. It holds all history, hashes of passwords and digests of tokens: keep it as closed as the data directory. Who took one is in the audit.',
  operationId: 'backup',
  tags: ['history'],
  access: 'admin',
  produces: BACKUP_TYPE,
  errors: { 409: ['ALREADY_RUNNING'], 500: ['BACKUP_FAILED'], 507: ['BACKUP_FAILED'] },
  async run(_, { backups, access, actor, requestId, request, signal, keepOpen, now }) {
    if (request?.method === 'HEAD') return backupAnswer(null, now())
    keepOpen()
    const copy = await withBackups(() => backups.copy(signal))
    await access.audit.write({ actor, action: 'backup', requestId, detail: { bytes: copy.bytes } })
    return backupAnswer(copy, now())
  },
})
