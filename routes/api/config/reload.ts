import { z } from 'zod'
import { ConfigFault, configInvalid, faultViews, reloadedTokens } from '#lib/api/config.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Take over the configuration file.',
  description: 'On any fault nothing changes, and every fault is told with file, line and column.',
  operationId: 'configReload',
  tags: ['config'],
  input: z.strictObject({}),
  output: z.object({
    changed: z.boolean().describe('False: the file is the one that runs.'),
    diff: z.unknown().describe('What was added, removed and changed.'),
    warnings: z.array(ConfigFault),
    tokens: reloadedTokens,
  }),
  errors: { 409: ['ALREADY_RUNNING'], 422: ['CONFIG_INVALID'] },
  async run(_, { configuration, actor }) {
    const result = await withRefusals(() => configuration.reload(actor.name))
    if (!result.ok) throw configInvalid(result.faults)
    return {
      changed: result.changed,
      diff: result.difference,
      warnings: faultViews(result.warnings),
      tokens: [...(result.tokens ?? [])],
    }
  },
})
