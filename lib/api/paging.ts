import { z } from 'zod'

/** The fields of a list's address. */
export function pagingFields(most: number, standard: number) {
  return {
    limit: z.number().int().min(1).max(most).default(standard).describe('Rows of a page.'),
    cursor: z.string().max(2000).optional().describe('`nextCursor` of the page before.'),
  }
}

export const NextCursor = z.string().nullable().describe('Give it as `cursor` for the next page; null at the end.')
