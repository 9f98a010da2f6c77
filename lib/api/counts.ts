import { z } from 'zod'
import type { DatasetSummaryView } from './dataset-summary.ts'

export const Counts = z
  .object({
    HEALTHY: z.number().int(),
    WARNING: z.number().int(),
    BROKEN: z.number().int(),
    REPAIRING: z.number().int(),
    UNKNOWN: z.number().int(),
    paused: z.number().int(),
    acknowledged: z.number().int(),
    retired: z.number().int().describe('Not in any other count.'),
    total: z.number().int(),
  })
  .meta({ id: 'Counts', description: 'Datasets by the status that is shown.' })

export type CountsView = z.input<typeof Counts>

export function countsOf(datasets: readonly DatasetSummaryView[]): CountsView {
  const watched = datasets.filter((dataset) => !dataset.retired)
  const having = (test: (dataset: DatasetSummaryView) => boolean): number => watched.filter(test).length
  return {
    HEALTHY: having(({ status }) => status === 'HEALTHY'),
    WARNING: having(({ status }) => status === 'WARNING'),
    BROKEN: having(({ status }) => status === 'BROKEN'),
    REPAIRING: having(({ status }) => status === 'REPAIRING'),
    UNKNOWN: having(({ status }) => status === 'UNKNOWN'),
    paused: having(({ paused }) => paused !== null),
    acknowledged: having(({ ack }) => ack !== null),
    retired: datasets.length - watched.length,
    total: watched.length,
  }
}
