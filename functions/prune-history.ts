import { z } from 'zod'
import { defineFunction } from '#lib/define.ts'

export default defineFunction({
  summary: 'Delete history that `retention` no longer keeps.',
  description: 'Runs that wrote to a SAN, or that a person asked for, are never deleted.',
  schedule: '17 3 * * *',
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 10 * 60_000,
  tags: ['history'],
  output: z.object({
    runs: z.number().int(),
    logs: z.number().int(),
    lag: z.number().int(),
    invocations: z.number().int(),
  }),
  run: (_, { store, config, now }) => store.prune(config.retention, now()),
})
