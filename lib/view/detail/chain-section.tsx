import type { SnapshotView } from '#lib/api/snapshots.ts'
import { counted } from '#lib/text/words.ts'
import { mayAct } from '../may-act.ts'
import { Moment } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { Rails } from './rails.tsx'

interface Side {
  readonly host: string
  readonly dataset: string
  readonly state: 'PRESENT' | 'MISSING' | 'POOL_UNAVAILABLE' | 'UNKNOWN'
  readonly snapshots: number | null
  readonly detail: string | null
}

/** Both sides as last read. */
export interface Chain {
  /** Newest first; perhaps only the newest ones. */
  readonly items: readonly SnapshotView[]
  readonly total: number
  readonly primary: Side
  readonly backup: Side
  /** RFC 3339. */
  readonly asOf: string
}

const SPANS = ['14', '30', 'all'] as const

/** Which part of the chain is shown; it stands in the address. */
export interface ChainView {
  readonly span: (typeof SPANS)[number]
  readonly onlyDifferences: boolean
}

export function readChainView(params: URLSearchParams): ChainView {
  return {
    span: SPANS.find((span) => span === params.get('span')) ?? '30',
    onlyDifferences: params.get('differences') === '1',
  }
}

interface Props {
  readonly chain: Chain | null
  readonly view: ChainView
  readonly baseGuid: string | null
  /** Epoch milliseconds. */
  readonly now: number
  readonly onView?: (view: ChainView) => void
}

export function ChainSection({ chain, view, baseGuid, now, onView }: Props) {
  const { role } = usePage()
  if (chain === null) {
    return (
      <section aria-labelledby="chain" class="stack-s">
        <h2 id="chain">Snapshot chain</h2>
        <p class="empty">
          {mayAct(role, 'operator')
            ? 'Both sides are being read. This takes some seconds; reload the page if nothing comes.'
            : 'Both sides have not been read since the witness was started. The next check does it; an operator can start one now.'}
        </p>
      </section>
    )
  }
  const { primary, backup } = chain
  const rows = chosen(chain.items, view, now)
  return (
    <section aria-labelledby="chain" class="stack-s">
      <div class="row between">
        <h2 id="chain">Snapshot chain</h2>
        <Choice view={view} onView={onView} />
      </div>
      <SideNote side={primary} />
      <SideNote side={backup} />
      <div class="card">
        {rows.length === 0 ? (
          <p class="muted">
            {chain.total === 0 ? 'Neither side has a snapshot.' : 'No snapshot in this part of the chain.'}
          </p>
        ) : (
          <>
            <Rails rows={rows} baseGuid={baseGuid} primary={primary.host} backup={backup.host} />
            <p class="legend muted">
              <span>● both</span> <span>○ only {primary.host}</span> <span>◆ only {backup.host}</span>{' '}
              <span>╳ same name, other guid</span>
            </p>
          </>
        )}
        <p class="muted">
          {countWords(primary)}, {countWords(backup)}, read <Moment at={chain.asOf} />.
          {chain.items.length < chain.total &&
            ` The newest ${chain.items.length} of ${chain.total} are looked at here.`}
        </p>
        {rows.length > 0 && (
          <details>
            <summary>As a table ({rows.length})</summary>
            <SnapshotTable rows={rows} primary={primary.host} backup={backup.host} baseGuid={baseGuid} />
          </details>
        )}
      </div>
    </section>
  )
}

const DAY_MS = 86_400_000

function chosen(
  items: readonly SnapshotView[],
  { span, onlyDifferences }: ChainView,
  now: number,
): readonly SnapshotView[] {
  const since = span === 'all' ? Number.NEGATIVE_INFINITY : now - Number(span) * DAY_MS
  const inSpan = items.filter((row) => Date.parse(row.createdAt) >= since)
  // A chain whose newest snapshot is older than the span would look like none.
  const shown = inSpan.length > 0 ? inSpan : items
  const base = shown.find((row) => row.state === 'BOTH')
  return onlyDifferences ? shown.filter((row) => row.state !== 'BOTH' || row === base) : shown
}

function Choice({ view, onView }: Pick<Props, 'view' | 'onView'>) {
  return (
    <form
      method="get"
      class="row"
      onInput={(event) => {
        const params = new URLSearchParams(
          [...new FormData(event.currentTarget)].map(([key, value]) => [key, String(value)]),
        )
        onView?.(readChainView(params))
      }}
    >
      <label class="choice">
        <span>Time</span>
        <select name="span" value={view.span}>
          {SPANS.map((span) => (
            <option key={span} value={span} selected={span === view.span}>
              {span === 'all' ? 'all' : `last ${span} d`}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" name="differences" value="1" checked={view.onlyDifferences} /> only differences
      </label>
      {onView === undefined && <button type="submit">Show</button>}
    </form>
  )
}

function SideNote({ side }: { readonly side: Side }) {
  if (side.state === 'PRESENT') return null
  const words =
    side.state === 'MISSING'
      ? `${side.host} has no dataset ${side.dataset}.`
      : `${side.host} could not be read, so nothing is known of its snapshots. ${side.detail ?? ''}`
  return <p class="note warn">{words}</p>
}

function countWords({ host, snapshots }: Side): string {
  return snapshots === null ? `${host}: not known` : `${host}: ${counted(snapshots, 'snapshot')}`
}

interface TableProps {
  /** Newest first. */
  readonly rows: readonly SnapshotView[]
  readonly primary: string
  readonly backup: string
  readonly baseGuid: string | null
}

const STATE_WORDS: Readonly<Record<SnapshotView['state'], string>> = {
  BOTH: '● both',
  PRIMARY: '○ only primary',
  BACKUP: '◆ only backup',
  CLASH: '╳ same name, other guid',
  UNKNOWN: '? other side not read',
}

/** What the rails draw, to be read. */
function SnapshotTable({ rows, primary, backup, baseGuid }: TableProps) {
  return (
    <div class="scroll">
      <table class="cards snapshots">
        <caption class="visually-hidden">Snapshots of both sides, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Snapshot</th>
            <th scope="col">State</th>
            <th scope="col">Created</th>
            <th scope="col">On {primary}</th>
            <th scope="col">On {backup}</th>
            <th scope="col">Holds, bookmark</th>
            <th scope="col">Guid</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.guid + row.state}>
              <th scope="row" class="mono" data-label="Snapshot">
                @{row.name}
              </th>
              <td data-label="State" class={`state-${row.state.toLowerCase()}`}>
                {STATE_WORDS[row.state]}
                {row.guid === baseGuid && row.state === 'BOTH' && <span class="tag">last common</span>}
              </td>
              <td data-label="Created">
                <Moment at={row.createdAt} as="second" quiet />
              </td>
              <td data-label={`On ${primary}`}>{sideWords(row.primary, row.name)}</td>
              <td data-label={`On ${backup}`}>{sideWords(row.backup, row.name)}</td>
              <td data-label="Holds, bookmark">{keptWords(row)}</td>
              <td data-label="Guid" class="mono subtle">
                {row.guid}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function sideWords(side: SnapshotView['primary'], name: string): string {
  if (side === null) return '–'
  return side.name === name ? 'yes' : `yes, as @${side.name}`
}

function keptWords({ primary, backup, bookmark }: SnapshotView): string {
  const holds = [primary, backup].flatMap((side) => (side !== null && side.holds > 0 ? [`${side.holds} held`] : []))
  return [...holds, ...(bookmark === null ? [] : [`#${bookmark}`])].join(', ') || '–'
}
