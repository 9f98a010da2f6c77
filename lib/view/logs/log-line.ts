import type { LogView } from '#lib/api/log.ts'

/** A record, and how often the same came again right after it. */
export interface FoldedLog {
  readonly record: LogView
  readonly times: number
}

/** Oldest first. Repeated records become one, which keeps the id and the time of the last. */
export function foldLogs(records: readonly LogView[]): readonly FoldedLog[] {
  const folded: FoldedLog[] = []
  for (const record of records) {
    const before = folded.at(-1)
    if (before !== undefined && sameWords(before.record, record))
      folded[folded.length - 1] = { record, times: before.times + 1 }
    else folded.push({ record, times: 1 })
  }
  return folded
}

function sameWords(a: LogView, b: LogView): boolean {
  return (
    a.message === b.message &&
    a.level === b.level &&
    a.component === b.component &&
    a.datasetId === b.datasetId &&
    a.host === b.host &&
    a.runId === b.runId
  )
}
