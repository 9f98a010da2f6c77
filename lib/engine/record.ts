import type { DatasetStateRecord } from '#lib/db/types.ts'
import type { Memory, Verdict } from '#lib/replication/types/verdict.ts'

/** The state to keep after a verdict; `since` moves only when the status does. */
export function nextState(
  before: DatasetStateRecord | null,
  now: {
    readonly datasetId: string
    readonly verdict: Verdict
    readonly memory: Memory
    readonly runId: number | null
    readonly at: number
  },
): DatasetStateRecord {
  const same = before?.verdict?.health === now.verdict.health && before.verdict.reason.code === now.verdict.reason.code
  return {
    datasetId: now.datasetId,
    verdict: now.verdict,
    memory: now.memory,
    since: same ? before.since : now.at,
    planHash: before?.planHash ?? null,
    lastRunId: now.runId ?? before?.lastRunId ?? null,
    updatedAt: now.at,
  }
}
