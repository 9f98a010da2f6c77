import { z } from 'zod'
import { countObjectives } from '#lib/history/count-objective.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Count for each month how long the backups were within their objective, and keep it.',
  description: 'A month stays as it was judged in its time; what comes after the last count is read when someone asks.',
  // What is not counted yet is read with each report.
  schedule: '37 */6 * * *',
  timezone: ({ config }) => config.scheduler.timezone,
  timeout: 60 * 60_000,
  tags: ['history'],
  output: z.object({ months: z.number().int().describe('Months of datasets that were counted further.') }),
  async run(_, { engine, store, config, now, signal }) {
    const datasets = engine
      .datasets()
      .filter(({ dataset }) => !dataset.retired)
      .map(({ dataset }) => ({ datasetId: dataset.id, maxDelaySeconds: dataset.config.policy.maxDelaySeconds }))
    const { scheduler } = config
    const months = await countObjectives({ store, scheduler, now: now() }, datasets, { signal })
    return { months }
  },
})
