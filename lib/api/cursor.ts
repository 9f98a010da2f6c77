import { z } from 'zod'
import { Problem } from '#lib/runtime/problem.ts'

/** What a cursor holds beside the name of its list: the sort key of the last row that was given. */
export type CursorKey = readonly (string | number | null)[]

const Content = z.tuple([z.string()], z.union([z.string(), z.number(), z.null()]))

/** Opaque to clients; `list` names the list and its order, so that a cursor of another one is refused. */
export function encodeCursor(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url')
}

/** @throws Problem 400 BAD_CURSOR */
export function decodeCursor(list: string, length: number, cursor: string): CursorKey {
  const content = Content.safeParse(parsed(cursor))
  if (!content.success || content.data[0] !== list || content.data.length !== length + 1) throw badCursor()
  return content.data.slice(1)
}

export function badCursor(): Problem {
  const detail = 'The cursor is not one of this list in this order. Leave it out to start at the first page.'
  return new Problem(400, 'BAD_CURSOR', detail, { errors: [{ pointer: '/cursor', code: 'BAD_CURSOR', detail }] })
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    // Not JSON is only one more form of "not ours"; the check of the content says so.
    return null
  }
}
