import type { LogView } from '#lib/api/log.ts'
import { datasetPage } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'

/** Records of the log, oldest first. All of it is text: whatever a SAN wrote stays text. */
export function LogLines({ records }: { readonly records: readonly LogView[] }) {
  return (
    <ol class="log-lines">
      {foldLogs(records).map(({ record, times }) => (
        <li key={record.id} class={`log-${record.level.toLowerCase()}`}>
          <Moment at={record.at} as="second" quiet /> <b class="log-level">{record.level.toLowerCase()}</b>{' '}
          <span class="log-component">{record.component}</span>{' '}
          <span class="log-message">
            {record.message}
            {times > 1 && <span class="tag">×{times}</span>}{' '}
            {record.runId !== null && <a href={`/runs/${record.runId}`}>run {record.runId}</a>}{' '}
            {record.datasetId !== null && <a href={datasetPage(record.datasetId)}>{record.datasetId}</a>}{' '}
            {record.host !== null && <span class="muted">{record.host}</span>}{' '}
            {Object.keys(record.fields).length > 0 && <span class="subtle">{JSON.stringify(record.fields)}</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}

/** A record, and how often the same came again right after it. */
interface FoldedLog {
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
