import { type DatasetRow, rowOf } from '#lib/view/dataset-row.ts'

interface Page {
  readonly items: readonly DatasetRow[]
  readonly nextCursor: string | null
}

/** All datasets; null when they could not be read: what is shown stays, and the indicator says how old it is. */
export async function readDatasets(): Promise<readonly DatasetRow[] | null> {
  const rows: DatasetRow[] = []
  let cursor = ''
  try {
    do {
      const response = await fetch(
        `/api/datasets?limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      )
      if (!response.ok) return null
      const page = (await response.json()) as Page
      rows.push(...page.items.map(rowOf))
      cursor = page.nextCursor ?? ''
    } while (cursor !== '')
    return rows
  } catch {
    // No answer: the stream says so, and asks again when it is back.
    return null
  }
}

/** The new rows, but the very old object where nothing has changed: it is not drawn again. */
export function keepSame(before: readonly DatasetRow[], after: readonly DatasetRow[]): readonly DatasetRow[] {
  const known = new Map(before.map((row) => [row.id, row]))
  return after.map((row) => {
    const old = known.get(row.id)
    return old !== undefined && JSON.stringify(old) === JSON.stringify(row) ? old : row
  })
}
