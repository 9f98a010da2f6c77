import { BadCursor } from './errors.ts'

/** A cursor says after which key of which list to go on; clients must not look inside. */
function encodeCursor(list: string, id: number): string {
  return Buffer.from(`${list}:${id}`).toString('base64url')
}

/** The id in a cursor of one of these lists. Throws BadCursor. */
export function decodeCursor<L extends string>(
  cursor: string,
  ...lists: readonly L[]
): { readonly list: L; readonly id: number } {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const list = lists.find((name) => text.startsWith(`${name}:`))
  const id = list === undefined ? Number.NaN : Number(text.slice(list.length + 1))
  // Encoding it again finds what decoding forgives: stray characters, padding, `1e3`.
  if (list === undefined || !Number.isSafeInteger(id) || id < 0 || encodeCursor(list, id) !== cursor) {
    throw new BadCursor(lists[0] ?? '')
  }
  return { list, id }
}

/** One more row than asked for was read: it only shows whether there is a next page. */
export function pageOf<T extends { readonly id: number }>(list: string, rows: readonly T[], limit: number) {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(list, last.id) : null }
}

/** A JSON column back as the value that was written into it; the column's CHECK keeps anything else out. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T
}

export function fromJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : fromJson<T>(text)
}

export function toJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

/** Rows that one statement takes: a statement a row costs more in its making than in its work. */
const ROWS = 100

export function chunksOf<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, index) =>
    rows.slice(index * ROWS, (index + 1) * ROWS),
  )
}

/** A real turn of the event loop: requests and transfers' progress come between two batches. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
