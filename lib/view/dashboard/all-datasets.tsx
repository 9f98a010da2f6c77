import { type DatasetQuery, groupRows, isFiltered, type SortKey, writeQuery } from '../dataset-query.ts'
import type { DatasetRow } from '../dataset-row.ts'
import { FindForm } from '../datasets/find-form.tsx'
import type { Day } from '../datasets/strip.tsx'
import { DatasetTable } from '../datasets/table.tsx'

interface Props {
  readonly rows: readonly DatasetRow[]
  /** How many the query finds, shown or not; null while that is not known. */
  readonly found: number | null
  readonly total: number
  readonly query: DatasetQuery
  readonly pairs: readonly string[]
  readonly reasons: readonly string[]
  readonly days: ReadonlyMap<string, readonly Day[]>
  readonly onQuery: (query: DatasetQuery) => void
  readonly onMore: () => void
  /** Every row that the query finds is known here. */
  readonly complete: boolean
}

/** Look one up. */
export function AllDatasets(props: Props) {
  const { rows, found, total, query, pairs, reasons, days, onQuery, onMore, complete } = props
  const sorted = (sort: SortKey): void =>
    onQuery({ ...query, sort, reverse: query.sort === sort ? !query.reverse : false })
  return (
    <section aria-labelledby="all" class="all-datasets">
      <div class="row between">
        <h2 id="all">
          All datasets{' '}
          <span class="muted">
            ({found === null ? `${total}, still loading` : isFiltered(query) ? `${found} of ${total}` : total})
          </span>
        </h2>
        <FindForm id="find" query={query} pairs={pairs} reasons={reasons} onChange={onQuery} complete={complete} />
      </div>
      {rows.length === 0 && found !== null ? (
        <div class="empty">
          <p>
            {query.q === '' ? 'No dataset matches these filters.' : `No dataset matches ‘${query.q}’.`}{' '}
            <a href="/">Clear filters</a>
          </p>
        </div>
      ) : (
        <div class="card table-card">
          <DatasetTable
            groups={groupRows(rows, query.group)}
            query={query}
            form="find"
            days={days}
            onSort={complete ? sorted : undefined}
          />
        </div>
      )}
      {found !== null && rows.length < found && (
        <p class="row">
          <span class="muted">
            {rows.length} of {found} are shown.
          </span>
          {complete ? (
            <button type="button" onClick={onMore}>
              Show more
            </button>
          ) : (
            <a class="button" href={moreHref(query, rows.length)}>
              Show more
            </a>
          )}
        </p>
      )}
    </section>
  )
}

/** Where there is no script the next ones are a page of their own. */
function moreHref(query: DatasetQuery, shown: number): string {
  const text = writeQuery(query)
  return `/${text}${text === '' ? '?' : '&'}from=${shown}#all`
}
