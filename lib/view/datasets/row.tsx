import { Component, createRef } from 'preact'
import { bytesText } from '#lib/text/words.ts'
import { type DatasetRow, datasetPage } from '../dataset-row.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'
import { StatusMark } from '../status-mark.tsx'
import { LagCell } from './lag-cell.tsx'
import { type Day, Strip } from './strip.tsx'

export interface RowProps {
  readonly row: DatasetRow
  /** Of the last month; undefined: not loaded. */
  readonly days: readonly Day[] | undefined
  /** Epoch milliseconds: which day is the last of the strip. */
  readonly today: number
}

const FLASH_MS = 1_200

/** One dataset. Drawn again only when it has changed, so that a thousand of them stay quick; then it is lit for a moment. */
export class Row extends Component<RowProps> {
  readonly #line = createRef<HTMLTableRowElement>()

  override shouldComponentUpdate(next: RowProps): boolean {
    return next.row !== this.props.row || next.days !== this.props.days
  }

  override componentDidUpdate(before: RowProps): void {
    const line = this.#line.current
    if (line === null || saysTheSame(before.row, this.props.row)) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    const colour = getComputedStyle(line).getPropertyValue('--repairing-tint')
    line.animate([{ backgroundColor: colour }, {}], { duration: FLASH_MS, easing: 'ease-out' })
  }

  override render({ row, days, today }: RowProps) {
    return (
      <tr ref={this.#line} class={row.stale ? 'stale' : undefined} data-id={row.id}>
        <td data-label="Status">
          <StatusMark status={row.status} />
          <Overlays row={row} />
        </td>
        <th scope="row" data-label="Dataset">
          <a
            class="row-link name"
            href={datasetPage(row.id)}
            title={`${row.pair.primary.dataset} → ${row.pair.backup.dataset}`}
          >
            {row.name}
          </a>
        </th>
        <td data-label="Pair">
          {row.pair.primary.host} → {row.pair.backup.host}
        </td>
        <td data-label="Lag">
          <LagCell row={row} />
        </td>
        <td data-label="Behind">{behindWords(row.behind)}</td>
        <td data-label="Newest common">
          {row.newestCommon ? (
            <Moment at={row.newestCommon.createdAt} as="minute" quiet />
          ) : (
            <span class="subtle">none</span>
          )}
        </td>
        <td data-label="Why" class="why" title={row.reason.message}>
          {row.reason.message}
        </td>
        <td data-label="30 days" class="strip-cell">
          {days && <Strip days={days} maxDelaySeconds={row.maxDelaySeconds} now={today} />}
        </td>
      </tr>
    )
  }
}

/** Times move with every check; what one reads as news does not. */
function saysTheSame(a: DatasetRow, b: DatasetRow): boolean {
  return (
    a.status === b.status &&
    a.reason.code === b.reason.code &&
    a.behind?.snapshots === b.behind?.snapshots &&
    (a.ack === null) === (b.ack === null) &&
    (a.paused === null) === (b.paused === null)
  )
}

function Overlays({ row }: { readonly row: DatasetRow }) {
  return (
    <>
      {row.status !== row.health && <StatusMark status={row.health} />}
      {row.activity === 'QUEUED' && (
        <span class="overlay">queued{row.queuePosition !== null && ` (${row.queuePosition})`}</span>
      )}
      {row.paused && (
        <span class="overlay">
          <Icon name="pause" size={12} /> Paused
        </span>
      )}
      {row.ack && (
        <span class="overlay">
          <Icon name="ack" size={12} /> Acknowledged
        </span>
      )}
      {row.retired && <span class="overlay">Retired</span>}
      {row.stale && (
        <span class="overlay">
          <Icon name="dashed" size={12} />{' '}
          {row.checkedAt === null ? 'never seen' : <>seen {<Moment at={row.checkedAt} quiet />}</>}
        </span>
      )}
    </>
  )
}

/** `9 · 36 MiB` */
export function behindWords(behind: DatasetRow['behind']): string {
  if (behind === null) return 'not known'
  return behind.bytes === null || behind.snapshots === 0
    ? String(behind.snapshots)
    : `${behind.snapshots} · ${bytesText(behind.bytes)}`
}
