import { severityOf } from '#lib/text/ranks.ts'
import { compareRows, compareText, type DatasetRow, type StatusWord } from './dataset-row.ts'

export const STATUSES: readonly StatusWord[] = ['BROKEN', 'WARNING', 'REPAIRING', 'HEALTHY', 'UNKNOWN']
const SORTS = ['status', 'name', 'pair', 'lag', 'behind', 'common'] as const
export const GROUPS = ['none', 'pair', 'reason', 'status'] as const
export type SortKey = (typeof SORTS)[number]
type GroupKey = (typeof GROUPS)[number]

/** Which datasets are shown, and how: all of it stands in the address. */
export interface DatasetQuery {
  readonly status: readonly StatusWord[]
  /** Name of a pair. */
  readonly pair: string
  /** A reason's code. */
  readonly reason: string
  readonly q: string
  readonly sort: SortKey
  /** Against the direction that comes first for the key. */
  readonly reverse: boolean
  readonly group: GroupKey
}

export const EVERYTHING: DatasetQuery = {
  status: [],
  pair: '',
  reason: '',
  q: '',
  sort: 'status',
  reverse: false,
  group: 'none',
}

/** Whatever is not understood is left out: an address may be old, or typed by hand. */
export function readQuery(params: URLSearchParams): DatasetQuery {
  const wanted = params.getAll('status').flatMap((text) => text.split(','))
  const sort = params.get('sort') ?? ''
  const key = sort.replace(/^-/, '')
  return {
    status: STATUSES.filter((status) => wanted.includes(status)),
    pair: params.get('pair') ?? '',
    reason: params.get('reason') ?? '',
    q: params.get('q') ?? '',
    sort: SORTS.find((known) => known === key) ?? 'status',
    reverse: sort.startsWith('-'),
    group: GROUPS.find((known) => known === params.get('group')) ?? 'none',
  }
}

/** `?status=BROKEN&q=foo`, or an empty text where everything is shown as usual. */
export function writeQuery(query: DatasetQuery): string {
  const params = new URLSearchParams()
  if (query.status.length > 0) params.set('status', query.status.join(','))
  if (query.pair !== '') params.set('pair', query.pair)
  if (query.reason !== '') params.set('reason', query.reason)
  if (query.q !== '') params.set('q', query.q)
  if (query.sort !== 'status' || query.reverse) params.set('sort', `${query.reverse ? '-' : ''}${query.sort}`)
  if (query.group !== 'none') params.set('group', query.group)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

export function isFiltered({ status, pair, reason, q }: DatasetQuery): boolean {
  return status.length > 0 || pair !== '' || reason !== '' || q.trim() !== ''
}

/** The rows asked for, in order. Every word of the search must be somewhere in a row. */
export function findRows(rows: readonly DatasetRow[], query: DatasetQuery): DatasetRow[] {
  const { status, pair, reason } = query
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean)
  const found = rows.filter(
    (row) =>
      (status.length === 0 || status.includes(row.status)) &&
      (pair === '' || row.pair.name === pair) &&
      (reason === '' || row.reason.code === reason) &&
      (words.length === 0 || holds(row, words)),
  )
  const sign = query.reverse ? -1 : 1
  const compare = COMPARE[query.sort]
  return found.sort((a, b) => sign * compare(a, b) || compareRows(a, b))
}

function holds({ id, pair, reason }: DatasetRow, words: readonly string[]): boolean {
  const { name, primary, backup } = pair
  const text = `${id} ${name} ${primary.host} ${primary.dataset} ${backup.host} ${backup.dataset} ${reason.code} ${reason.message}`
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word))
}

const most = (a: number | null, b: number | null): number => (b ?? -1) - (a ?? -1)

/** Each as one looks for it first: the worst, the oldest, the most; names by the alphabet. */
const COMPARE: Readonly<Record<SortKey, (a: DatasetRow, b: DatasetRow) => number>> = {
  status: (a, b) => severityOf(b.health) - severityOf(a.health),
  name: (a, b) => compareText(a.name, b.name),
  pair: (a, b) => compareText(a.pair.name, b.pair.name),
  lag: (a, b) => most(a.lagSeconds, b.lagSeconds),
  behind: (a, b) => most(a.behind?.snapshots ?? null, b.behind?.snapshots ?? null),
  common: (a, b) => compareText(a.newestCommon?.createdAt ?? '', b.newestCommon?.createdAt ?? ''),
}

export interface RowGroup {
  /** Empty where nothing is grouped. */
  readonly title: string
  readonly rows: readonly DatasetRow[]
}

/** In the order in which the first row of each comes. */
export function groupRows(rows: readonly DatasetRow[], group: GroupKey): readonly RowGroup[] {
  if (group === 'none') return [{ title: '', rows }]
  const titleOf = (row: DatasetRow): string =>
    group === 'pair' ? row.pair.name : group === 'reason' ? row.reason.code : row.status
  return [...Map.groupBy(rows, titleOf)].map(([title, members]) => ({ title, rows: members }))
}
