import type { DatasetSummaryView } from './dataset-summary.ts'
import { HEALTH_RANK } from './health-rank.ts'

/** Worst health first, then the greatest delay, then the greatest lag; null of none. */
export function worstOf(datasets: readonly DatasetSummaryView[]): DatasetSummaryView | null {
  return datasets.reduce<DatasetSummaryView | null>((worst, next) => {
    if (worst === null) return next
    return compare(next, worst) > 0 ? next : worst
  }, null)
}

function compare(a: DatasetSummaryView, b: DatasetSummaryView): number {
  return (
    HEALTH_RANK[a.health] - HEALTH_RANK[b.health] ||
    (a.delaySeconds ?? -1) - (b.delaySeconds ?? -1) ||
    (a.lagSeconds ?? -1) - (b.lagSeconds ?? -1)
  )
}
