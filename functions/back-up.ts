import { z } from 'zod'
import { withBackups } from '#lib/api/backup.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Read the database through, and keep a checked copy of it.',
  description:
    'By a process of its own, so that nobody waits. In `backups` of the data directory; `retention.backups` says how many stay. Where it fails, all older ones do.',
  schedule: '37 3 * * *',
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 3 * 3600_000,
  tags: ['history'],
  output: z.object({
    file: z.string().describe('On the machine of the service.'),
    bytes: z.number().int(),
    removed: z.array(z.string()).describe('Older ones that went.'),
  }),
  async run(_, { backups, logger, signal }) {
    const { file, bytes, removed } = await withBackups(() => backups.nightly(signal))
    logger.info(`The database is whole; a copy of it is ${file}.`)
    return { file, bytes, removed: [...removed] }
  },
})
