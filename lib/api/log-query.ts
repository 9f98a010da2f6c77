import { z } from 'zod'
import type { LogQuery } from '#lib/db/types.ts'
import { type LevelWord, LogLevel, storedLevel } from './log.ts'
import { pagingFields } from './paging.ts'
import { epoch, Moment } from './time.ts'

/** How far a follower has come. */
export const After = z
  .number()
  .int()
  .min(0)
  .optional()
  .describe('Records after this id, oldest first: how to follow. Without it the newest come first.')

export const logFields = {
  level: LogLevel.optional().describe('Lowest level wanted.'),
  component: z.string().max(100).optional(),
  datasetId: z.string().max(300).optional(),
  host: z.string().max(300).optional(),
  q: z.string().max(200).optional().describe('Text that message or fields hold.'),
  from: Moment.optional(),
  to: Moment.optional().describe('Exclusive.'),
  after: After,
  ...pagingFields(1000, 200),
}

interface Wanted {
  readonly level?: LevelWord
  readonly component?: string
  readonly datasetId?: string
  readonly host?: string
  readonly runId?: number
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly after?: number
  readonly limit: number
  readonly cursor?: string
}

export function logQuery({ level, q, from, to, ...same }: Wanted): LogQuery {
  return {
    ...same,
    level: level && storedLevel(level),
    text: q,
    from: from === undefined ? undefined : epoch(from),
    to: to === undefined ? undefined : epoch(to),
  }
}
