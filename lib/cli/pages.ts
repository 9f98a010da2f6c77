import type { PageOf } from './api-types.ts'
import type { Connection, Query } from './connection.ts'

/**
 * Rows of a list over its pages, at most `most` of them. The first page is answered too, for what stands beside the rows.
 */
export async function readPages<T, P extends PageOf<T> = PageOf<T>>(
  connection: Connection,
  path: string,
  query: Query,
  { most, pageSize }: { readonly most: number; readonly pageSize: number },
): Promise<{ readonly items: readonly T[]; readonly first: P; readonly hasMore: boolean }> {
  const ask = (cursor: string | null, limit: number): Promise<P> => connection.get<P>(path, { ...query, limit, cursor })
  const first = await ask(null, Math.min(most, pageSize))
  const items = [...first.items]
  let cursor = first.nextCursor
  while (cursor !== null && items.length < most) {
    const page = await ask(cursor, Math.min(most - items.length, pageSize))
    items.push(...page.items)
    // A list that gives the same cursor again would never end.
    cursor = page.nextCursor === cursor ? null : page.nextCursor
  }
  return { items, first, hasMore: cursor !== null }
}
