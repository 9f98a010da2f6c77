import { severityOf } from '#lib/text/ranks.ts'
import type { DatasetSummaryView } from './dataset-summary.ts'

/** Worst health first, then the greatest delay, then the greatest lag; null of none. */
export function worstOf(datasets: readonly DatasetSummaryView[]): DatasetSummaryView | null {
  return datasets.reduce<DatasetSummaryView | null>((worst, next) => {
    if (worst === null) return next
    return compare(next, worst) > 0 ? next : worst
  }, null)
}

function compare(a: DatasetSummaryView, b: DatasetSummaryView): number {
  return (
    severityOf(a.health) - severityOf(b.health) ||
    (a.delaySeconds ?? -1) - (b.delaySeconds ?? -1) ||
    (a.lagSeconds ?? -1) - (b.lagSeconds ?? -1)
  )
}
