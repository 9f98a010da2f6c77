import { Component, createRef } from 'preact'
import { bytesText, durationText } from '#lib/text/words.ts'
import type { DatasetQuery, RowGroup, SortKey } from '../dataset-query.ts'
import { type DatasetRow, datasetPage } from '../dataset-row.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'
import { useNow } from '../shown-time.ts'
import { StatusMark } from '../status-mark.tsx'
import { type Day, Strip } from './strip.tsx'

interface Props {
  readonly groups: readonly RowGroup[]
  readonly query: DatasetQuery
  /** Id of the form that the headers send where there is no script. */
  readonly form: string
  readonly days: ReadonlyMap<string, readonly Day[]>
  readonly onSort?: (sort: SortKey) => void
}

const COLUMNS: readonly (readonly [string, SortKey | null])[] = [
  ['Status', 'status'],
  ['Dataset', 'name'],
  ['Pair', 'pair'],
  ['Lag', 'lag'],
  ['Behind', 'behind'],
  ['Newest common', 'common'],
  ['Why', null],
  ['30 days', null],
]

/** For these the first order shown is from the most to the least. */
const FALLING: ReadonlySet<SortKey> = new Set(['status', 'lag', 'behind'])

export function DatasetTable({ groups, query, form, days, onSort }: Props) {
  const today = Math.floor(useNow() / 86_400_000) * 86_400_000
  return (
    <table class="datasets cards">
      <caption class="visually-hidden">Datasets</caption>
      <thead>
        <tr>
          {COLUMNS.map(([word, key]) => (
            <Head key={word} word={word} sort={key} query={query} form={form} onSort={onSort} />
          ))}
        </tr>
      </thead>
      {groups.map(({ title, rows }) => (
        <tbody key={title}>
          {title !== '' && (
            <tr class="group-head">
              <th scope="colgroup" colSpan={COLUMNS.length}>
                {title} <span class="muted">({rows.length})</span>
              </th>
            </tr>
          )}
          {rows.map((row) => (
            <Row key={row.id} row={row} days={days.get(row.id)} today={today} />
          ))}
        </tbody>
      ))}
    </table>
  )
}

interface HeadProps extends Pick<Props, 'query' | 'form' | 'onSort'> {
  readonly word: string
  readonly sort: SortKey | null
}

function Head({ word, sort, query, form, onSort }: HeadProps) {
  if (sort === null) return <th scope="col">{word}</th>
  const active = query.sort === sort
  const falling = FALLING.has(sort) !== query.reverse
  return (
    <th scope="col" aria-sort={active ? (falling ? 'descending' : 'ascending') : undefined}>
      <button
        type="submit"
        form={form}
        name="sort"
        value={active && !query.reverse ? `-${sort}` : sort}
        onClick={
          onSort &&
          ((event) => {
            event.preventDefault()
            onSort(sort)
          })
        }
      >
        {word}
      </button>
    </th>
  )
}

interface RowProps {
  readonly row: DatasetRow
  /** Of the last month; undefined: not loaded. */
  readonly days: readonly Day[] | undefined
  /** Epoch milliseconds: which day is the last of the strip. */
  readonly today: number
}

const FLASH_MS = 1_200

/** One dataset. Drawn again only when it has changed, so that a thousand of them stay quick; then it is lit for a moment. */
class Row extends Component<RowProps> {
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
function behindWords(behind: DatasetRow['behind']): string {
  if (behind === null) return 'not known'
  return behind.bytes === null || behind.snapshots === 0
    ? String(behind.snapshots)
    : `${behind.snapshots} · ${bytesText(behind.bytes)}`
}

const WIDTH = 72

/** The age of the newest common snapshot, over a bar: the delay against its limits. */
function LagCell({ row }: { readonly row: DatasetRow }) {
  const { lagSeconds, delaySeconds, warnDelaySeconds, maxDelaySeconds } = row
  const share = delaySeconds === null || maxDelaySeconds <= 0 ? null : Math.min(1, delaySeconds / maxDelaySeconds)
  const warnAt = maxDelaySeconds <= 0 ? 0 : Math.min(1, warnDelaySeconds / maxDelaySeconds)
  return (
    <span class="lag" title={delayWords(row)}>
      {lagSeconds === null ? <span class="subtle">not known</span> : durationText(lagSeconds)}
      {share !== null && (
        <svg
          class={`lag-bar ${levelOf(share, warnAt)}`}
          viewBox={`0 0 ${WIDTH} 4`}
          width={WIDTH}
          height="4"
          aria-hidden="true"
        >
          <rect class="lag-all" y="0.5" width={WIDTH} height="3" />
          <rect class="lag-now" y="0.5" width={share * WIDTH} height="3" />
          <path class="lag-warn" d={`M${warnAt * WIDTH} 0v4`} />
        </svg>
      )}
    </span>
  )
}

function levelOf(share: number, warnAt: number): string {
  return share >= 1 ? 'lag-broken' : share > warnAt ? 'lag-warning' : 'lag-healthy'
}

/** `Delay 2 h; warning from 36 h, limit 72 h` */
function delayWords({ delaySeconds, warnDelaySeconds, maxDelaySeconds }: DatasetRow): string {
  const delay =
    delaySeconds === null ? 'Delay not known' : delaySeconds === 0 ? 'No delay' : `Delay ${durationText(delaySeconds)}`
  return `${delay}; warning from ${durationText(warnDelaySeconds)}, limit ${durationText(maxDelaySeconds)}`
}
