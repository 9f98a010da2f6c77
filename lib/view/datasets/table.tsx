import type { DatasetRow } from './dataset-row.ts'
import { formatBytes, formatDuration, formatMinute } from './format.ts'
import { type RunProgress, RunProgressBar } from './run-progress.tsx'
import { StatusMark } from './status-mark.tsx'

interface Props {
  readonly rows: readonly DatasetRow[]
  /** By dataset id. */
  readonly progress: Readonly<Record<string, RunProgress>>
}

/** The table of datasets, the same from the server and in the browser. */
export function DatasetRows({ rows, progress }: Props) {
  if (rows.length === 0) {
    return (
      <p class="empty">
        No datasets configured yet. Add pairs to <code>/config/app-config.yaml</code>, then reload.
      </p>
    )
  }
  return (
    <table class="datasets">
      <caption>All datasets ({rows.length})</caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Dataset</th>
          <th scope="col">Pair</th>
          <th scope="col">Delay</th>
          <th scope="col">Behind</th>
          <th scope="col">Newest common (UTC)</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} progress={progress[row.id] ?? null} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ row, progress }: { readonly row: DatasetRow; readonly progress: RunProgress | null }) {
  const { primary, backup } = row.pair
  return (
    <tr class={row.stale ? 'stale' : undefined}>
      <td data-label="Status">
        <StatusMark status={row.status} />
        {row.status !== row.health && <StatusMark status={row.health} />}
        {row.paused && <span class="overlay">❚❚ Paused</span>}
        {row.ack && <span class="overlay">Acknowledged by {row.ack.by}</span>}
      </td>
      <th scope="row" data-label="Dataset">
        <a href={`/api/datasets/${encodeURIComponent(row.id)}`}>{row.name}</a>
      </th>
      <td data-label="Pair" title={`${primary.dataset} → ${backup.dataset}`}>
        {primary.host} → {backup.host}
      </td>
      <td data-label="Delay">{row.delaySeconds === null ? 'not known' : delayWords(row.delaySeconds)}</td>
      <td data-label="Behind">{behindWords(row.behind)}</td>
      <td data-label="Newest common (UTC)">
        {row.newestCommon ? (
          <time dateTime={row.newestCommon.createdAt} title={`@${row.newestCommon.name}`}>
            {formatMinute(row.newestCommon.createdAt)}
          </time>
        ) : (
          '–'
        )}
      </td>
      <td data-label="Why">
        {row.reason.message}
        {progress && <RunProgressBar progress={progress} />}
      </td>
    </tr>
  )
}

function delayWords(seconds: number): string {
  return seconds === 0 ? 'none' : formatDuration(seconds)
}

function behindWords(behind: DatasetRow['behind']): string {
  if (behind === null) return 'not known'
  return behind.bytes === null || behind.snapshots === 0
    ? String(behind.snapshots)
    : `${behind.snapshots} · ${formatBytes(behind.bytes)}`
}
