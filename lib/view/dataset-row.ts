import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import { severityOf } from '#lib/text/ranks.ts'

export type StatusWord = DatasetSummaryView['status']

const SHOWN = [
  'id',
  'name',
  'pair',
  'status',
  'health',
  'activity',
  'delaySeconds',
  'lagSeconds',
  'warnDelaySeconds',
  'maxDelaySeconds',
  'stale',
  'checkedAt',
  'activeRunId',
  'queuePosition',
  'retired',
] as const satisfies readonly (keyof DatasetSummaryView)[]

/** What the dashboard shows of a dataset: a part of the API's summary, so that both a page and an event can bring it. */
export type DatasetRow = Pick<DatasetSummaryView, (typeof SHOWN)[number]> & {
  readonly reason: Pick<DatasetSummaryView['reason'], 'code' | 'message'>
  /** Of what is not HEALTHY and can be repaired: does that start by itself? */
  readonly automatic: Pick<NonNullable<DatasetSummaryView['automatic']>, 'code' | 'below'> | null
  readonly behind: { readonly snapshots: number; readonly bytes: number | null } | null
  readonly newestCommon: { readonly name: string; readonly createdAt: string } | null
  readonly paused: { readonly until: string | null } | null
  readonly ack: { readonly by: string; readonly until: string | null } | null
}

/** Only what is shown: it travels in the page. */
export function rowOf(summary: DatasetRow): DatasetRow {
  const { reason, automatic, behind, newestCommon, paused, ack } = summary
  const same = Object.fromEntries(SHOWN.map((key) => [key, summary[key]])) as Pick<DatasetRow, (typeof SHOWN)[number]>
  return {
    ...same,
    // Every row would change with every check, and nothing would be learned from it.
    activity: same.activity === 'CHECKING' ? 'IDLE' : same.activity,
    reason: { code: reason.code, message: reason.message },
    automatic:
      automatic === null || automatic.code === 'NOTHING_TO_DO' || same.health === 'HEALTHY'
        ? null
        : { code: automatic.code, below: automatic.below },
    behind: behind && { snapshots: behind.snapshots, bytes: behind.bytes },
    newestCommon: newestCommon && { name: newestCommon.name, createdAt: newestCommon.createdAt },
    paused: paused && { until: paused.until },
    ack: ack && { by: ack.by, until: ack.until },
  }
}

/** Worst first, then the latest, then by name: the order of the API. */
export function compareRows(a: DatasetRow, b: DatasetRow): number {
  return (
    severityOf(b.health) - severityOf(a.health) ||
    (b.delaySeconds ?? -1) - (a.delaySeconds ?? -1) ||
    compareText(a.name, b.name) ||
    compareText(a.id, b.id)
  )
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function datasetPage(id: string): string {
  return `/datasets/${encodeURIComponent(id)}`
}
