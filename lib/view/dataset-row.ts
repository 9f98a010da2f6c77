export type StatusWord = 'HEALTHY' | 'WARNING' | 'BROKEN' | 'REPAIRING' | 'UNKNOWN'

/** What the table shows of a dataset: a part of the API's summary, so that both a page and an event can bring it. */
export interface DatasetRow {
  readonly id: string
  readonly name: string
  readonly pair: {
    readonly name: string
    readonly primary: { readonly host: string; readonly dataset: string }
    readonly backup: { readonly host: string; readonly dataset: string }
  }
  readonly status: StatusWord
  readonly health: StatusWord
  readonly reason: { readonly code: string; readonly message: string }
  readonly delaySeconds: number | null
  readonly behind: { readonly snapshots: number; readonly bytes: number | null } | null
  readonly newestCommon: { readonly name: string; readonly createdAt: string } | null
  readonly stale: boolean
  readonly paused: { readonly until: string | null } | null
  readonly ack: { readonly by: string } | null
  readonly activeRunId: string | null
}

/** Only what is shown: it travels in the page. */
export function rowOf(summary: DatasetRow): DatasetRow {
  const { id, name, pair, status, health, reason, delaySeconds, behind, newestCommon, stale, activeRunId } = summary
  return {
    id,
    name,
    pair,
    status,
    health,
    reason: { code: reason.code, message: reason.message },
    delaySeconds,
    behind: behind && { snapshots: behind.snapshots, bytes: behind.bytes },
    newestCommon: newestCommon && { name: newestCommon.name, createdAt: newestCommon.createdAt },
    stale,
    paused: summary.paused && { until: summary.paused.until },
    ack: summary.ack && { by: summary.ack.by },
    activeRunId,
  }
}

const RANK: Readonly<Record<StatusWord, number>> = { HEALTHY: 0, REPAIRING: 0, WARNING: 1, UNKNOWN: 2, BROKEN: 3 }

/** Worst first, then the latest, then by name: the order of the API. */
export function inOrder(rows: readonly DatasetRow[]): DatasetRow[] {
  return [...rows].sort(
    (a, b) =>
      RANK[b.health] - RANK[a.health] ||
      (b.delaySeconds ?? -1) - (a.delaySeconds ?? -1) ||
      compareText(a.name, b.name) ||
      compareText(a.id, b.id),
  )
}

/** The list with this row in the place of its old one, or as a new one. */
export function withRow(rows: readonly DatasetRow[], row: DatasetRow): DatasetRow[] {
  const others = rows.filter((other) => other.id !== row.id)
  return inOrder([...others, row])
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
