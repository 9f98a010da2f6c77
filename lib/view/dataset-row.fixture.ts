import type { DatasetRow } from './dataset-row.ts'

/** A healthy dataset of one pair, with what a test says instead. */
export function datasetRow(id: string, change: Partial<DatasetRow> = {}): DatasetRow {
  const health = change.health ?? 'HEALTHY'
  return {
    id,
    name: id,
    pair: { name: 'A → B', primary: { host: 'a', dataset: `p/${id}` }, backup: { host: 'b', dataset: `q/${id}` } },
    status: health,
    health,
    activity: 'IDLE',
    reason: { code: 'UP_TO_DATE', message: 'Fine.' },
    automatic: null,
    delaySeconds: 0,
    lagSeconds: 3600,
    warnDelaySeconds: 129_600,
    maxDelaySeconds: 259_200,
    behind: { snapshots: 0, bytes: 0 },
    newestCommon: { name: 'daily', createdAt: '2026-11-22T00:00:00Z' },
    stale: false,
    checkedAt: '2026-11-22T12:00:00Z',
    activeRunId: null,
    queuePosition: null,
    retired: false,
    paused: null,
    ack: null,
    ...change,
  }
}
