import type { DatasetQuery, RowGroup, SortKey } from '../dataset-query.ts'
import { useNow } from '../shown-time.ts'
import { Row } from './row.tsx'
import type { Day } from './strip.tsx'

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
