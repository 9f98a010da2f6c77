import { z } from 'zod'
import { ConfigFault, configInvalid, faultViews } from '#lib/api/config.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What a reload would change. Nothing is taken over.',
  operationId: 'configCheck',
  tags: ['config'],
  output: z.object({
    changed: z.boolean().describe('False: the file says what runs.'),
    diff: z.unknown().describe('What would be added, removed and changed.'),
    warnings: z.array(ConfigFault),
  }),
  errors: { 422: ['CONFIG_INVALID'] },
  async run(_, { configuration }) {
    const result = await configuration.check()
    if (!result.ok) throw configInvalid(result.faults)
    return { changed: result.changed, diff: result.difference, warnings: faultViews(result.warnings) }
  },
})
