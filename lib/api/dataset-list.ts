import { severityOf } from '#lib/text/ranks.ts'
import { type CursorKey, decodeCursor, encodeCursor } from './cursor.ts'
import type { DatasetSummaryView } from './dataset-summary.ts'

export interface DatasetFilter {
  readonly status?: readonly string[]
  readonly pair?: string
  readonly reason?: readonly string[]
  /** Text that id, datasets, hosts, pair or the reason's sentence hold, whatever the case. */
  readonly q?: string
}

export const SORT_FIELDS = ['severity', 'delay', 'lag', 'name', 'pair', 'checkedAt'] as const
type Field = (typeof SORT_FIELDS)[number]
/** `-` is descending: `-severity` shows the worst first. */
export type SortWord = Field | `-${Field}`
export const SORT_WORDS: readonly SortWord[] = SORT_FIELDS.flatMap((field) => [field, `-${field}` as const])
export const DEFAULT_SORT: readonly SortWord[] = ['-severity', '-delay', 'name']

const KEY: Readonly<Record<Field, (row: DatasetSummaryView) => string | number | null>> = {
  severity: (row) => severityOf(row.health),
  delay: (row) => row.delaySeconds,
  lag: (row) => row.lagSeconds,
  name: (row) => row.name,
  pair: (row) => row.pair.name,
  checkedAt: (row) => row.checkedAt,
}

export function filterDatasets(rows: readonly DatasetSummaryView[], filter: DatasetFilter): DatasetSummaryView[] {
  const { status, pair, reason } = filter
  const wanted = filter.q?.trim().toLowerCase() ?? ''
  return rows.filter(
    (row) =>
      (!status?.length || status.includes(row.status)) &&
      (pair === undefined || row.pair.name === pair) &&
      (!reason?.length || reason.includes(row.reason.code)) &&
      (wanted === '' || textOf(row).includes(wanted)),
  )
}

function textOf({ id, pair, reason }: DatasetSummaryView): string {
  const { primary, backup } = pair
  return [id, pair.name, primary.host, primary.dataset, backup.host, backup.dataset, reason.message]
    .join('\n')
    .toLowerCase()
}

/** One page in the order asked for. The cursor holds the last row's sort key, so rows that come or go between two pages shift nothing. */
export function pageOfDatasets(
  rows: readonly DatasetSummaryView[],
  { sort, limit, cursor }: { readonly sort: readonly SortWord[]; readonly limit: number; readonly cursor?: string },
): { readonly items: DatasetSummaryView[]; readonly nextCursor: string | null } {
  const list = `datasets ${sort.join()}`
  const compare = comparatorOf(sort)
  const keyed = rows.map((row) => ({ row, key: keyOf(row, sort) })).sort((a, b) => compare(a.key, b.key))
  const after = cursor === undefined ? null : decodeCursor(list, sort.length + 1, cursor)
  const rest = after === null ? keyed : keyed.filter(({ key }) => compare(key, after) > 0)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ row }) => row),
    nextCursor: last && rest.length > limit ? encodeCursor(list, last.key) : null,
  }
}

/** The id at the end makes the order total. */
function keyOf(row: DatasetSummaryView, sort: readonly SortWord[]): CursorKey {
  return [...sort.map((word) => KEY[word.replace('-', '') as Field](row)), row.id]
}

function comparatorOf(sort: readonly SortWord[]): (a: CursorKey, b: CursorKey) => number {
  const signs = [...sort.map((word) => (word.startsWith('-') ? -1 : 1)), 1]
  return (a, b) => {
    for (const [at, sign] of signs.entries()) {
      const difference = compareValues(a[at] ?? null, b[at] ?? null, sign)
      if (difference !== 0) return difference
    }
    return 0
  }
}

/** Not known comes last in either direction. */
function compareValues(a: CursorKey[number], b: CursorKey[number], sign: number): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return (a < b ? -1 : 1) * sign
}
