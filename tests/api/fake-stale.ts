import type { DatasetView } from '#lib/engine/types.ts'
import { atReading } from '#lib/replication/judge/looking.ts'
import { NOW } from './fake-config.ts'

export const LONG_AGO = NOW - 9 * 3_600_000
const HALF_AN_HOUR = 1800

/** A dataset as the engine shows it when nobody looked for nine hours. */
export function lookedAtLongAgo(view: DatasetView): DatasetView {
  const judged = { ...view.verdict, judgedAt: LONG_AGO, lastLookAt: LONG_AGO }
  const { mapping } = view.dataset
  const verdict = atReading(judged, { mapping, now: NOW, intervalSeconds: HALF_AN_HOUR, timezone: 'UTC' })
  return { ...view, verdict, status: verdict.health, stale: true, checkedAt: LONG_AGO }
}
