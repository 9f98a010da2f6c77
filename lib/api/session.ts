import { z } from 'zod'
import type { SessionRecord } from '#lib/db/types.ts'
import { iso } from '#lib/text/words.ts'
import { Timestamp } from './time.ts'

export const Session = z
  .object({
    id: z.string(),
    user: z.string(),
    current: z.boolean().describe('The one that asks.'),
    createdAt: Timestamp,
    seenAt: Timestamp.describe('To the minute.'),
    expiresAt: Timestamp.describe('Sooner, when nobody uses it.'),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
  })
  .meta({ id: 'Session', description: 'A browser that is signed in.' })

export type SessionView = z.input<typeof Session>

export function sessionView(record: SessionRecord, current: number | null): SessionView {
  const { id, user, address, userAgent } = record
  return {
    ...{ id: String(id), user, current: id === current, address, userAgent },
    createdAt: iso(record.createdAt),
    seenAt: iso(record.seenAt),
    expiresAt: iso(record.expiresAt),
  }
}
