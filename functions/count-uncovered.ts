import { z } from 'zod'
import { Timestamp } from '#lib/api/fields.ts'
import { schedulerHeld } from '#lib/api/function.ts'
import { countPrimaries } from '#lib/api/uncovered.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Count what the primaries hold that nobody replicates.',
  description:
    'For the protection report. By the schedule each primary is counted once a day, at the first full hour at which it answers; asked for by a person, all of them now.',
  schedule: ({ config }) => (config.scheduler.enabled ? '12 * * * *' : null),
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 15 * 60_000,
  tags: ['hosts'],
  output: z.object({
    held: z.string().nullable().describe('Why nothing was counted: the scheduler is paused. Null: it was.'),
    items: z.array(
      z.object({
        host: z.string(),
        at: Timestamp.nullable().describe('Null: it could not be read; an older count stays as it was.'),
        datasets: z.number().int().nullable().describe('All file systems and volumes there.'),
        count: z.number().int().nullable().describe('Of these, replicated by nobody that the witness watches.'),
        error: z.string().nullable(),
      }),
    ),
  }),
  async run(_, context) {
    const isScheduled = context.trigger === 'schedule'
    const held = isScheduled ? schedulerHeld(context) : null
    return { held, items: held === null ? await countPrimaries(context, { onlyDue: isScheduled }) : [] }
  },
})
