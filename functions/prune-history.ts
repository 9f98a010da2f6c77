import { z } from 'zod'
import { defineFunction } from '#lib/services.ts'

const DAY = 86_400_000
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

export default defineFunction({
  summary: 'Delete history that `retention` no longer keeps.',
  description:
    'What was done to a SAN, or asked for by a person, is never deleted. Days on which the witness was not at work do not count.',
  schedule: '17 3 * * *',
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 10 * 60_000,
  tags: ['history'],
  output: z.object({
    runs: z.number().int(),
    logs: z.number().int(),
    lag: z.number().int(),
    changes: z.number().int(),
    told: z.number().int().describe('Incidents that are long over, and messages that went out.'),
    invocations: z.number().int(),
    thinned: z.number().int().describe('Repairs that keep what they did, and no plan and progress, from now on.'),
    maintenances: z.number().int().describe('Pauses and acknowledgements of many that are long over.'),
    forgotten: z.number().int().describe('Children of recursive datasets that are gone on both sides.'),
  }),
  async run(_, { store, config, now, logger, access, actor, trigger }) {
    const { gap, ...pruned } = await store.prune(config.retention, now())
    if (gap !== null)
      logger.warn(
        `There is no sign of the witness from ${dayOf(gap.from)} to ${dayOf(gap.to - DAY)}: it was off, or its clock was set. These days do not count for \`retention\`, so history is kept for as much longer.`,
      )
    // Whoever asked for it is in the audit already.
    if (trigger === 'schedule' && Object.values(pruned).some((count) => count > 0))
      await access.audit.write({ actor, action: 'pruneHistory', detail: pruned })
    return pruned
  },
})
