import { z } from 'zod'
import { ConfigFault, configInvalid, faultViews, reloadedTokens } from '#lib/api/config.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Take over the configuration file.',
  description: 'On any fault nothing changes.',
  tags: ['config'],
  output: z.object({ changed: z.boolean(), diff: z.unknown(), warnings: z.array(ConfigFault), tokens: reloadedTokens }),
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
