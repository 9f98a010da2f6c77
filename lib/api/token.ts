import { z } from 'zod'
import type { TokenRecord } from '#lib/db/types.ts'
import { roleWord, UserRole } from './access-words.ts'
import { describedEnum } from './described-enum.ts'
import { iso, isoOrNull, Timestamp } from './time.ts'

const TokenState = describedEnum<'GOOD' | 'EXPIRED' | 'REVOKED'>('TokenState', 'Whether a token still opens.', {
  GOOD: 'It does.',
  EXPIRED: 'Its time is over.',
  REVOKED: 'Somebody ended it.',
})

export const Token = z
  .object({
    id: z.string().describe('Part of the token; not secret.'),
    name: z.string(),
    role: UserRole,
    state: TokenState,
    createdBy: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable().describe('Null: never.'),
    usedAt: Timestamp.nullable().describe('To the minute; null: never.'),
    usedFrom: z.string().nullable(),
    revokedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Token', description: 'An API token. Of its secret part only a digest is kept.' })

export type TokenView = z.input<typeof Token>

export const NewToken = Token.extend({
  token: z.string().describe('Told this once. Send it as `Authorization: Bearer …`.'),
}).meta({ id: 'NewToken', description: 'A token that was just made.' })

export function tokenView(record: TokenRecord, now: number): TokenView {
  const { id, name, role, createdBy, usedFrom, expiresAt, revokedAt } = record
  const state = revokedAt !== null ? 'REVOKED' : expiresAt !== null && now >= expiresAt ? 'EXPIRED' : 'GOOD'
  return {
    ...{ id, name, role: roleWord(role), state, createdBy, usedFrom },
    createdAt: iso(record.createdAt),
    expiresAt: isoOrNull(expiresAt),
    usedAt: isoOrNull(record.usedAt),
    revokedAt: isoOrNull(revokedAt),
  }
}

export const tokenName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/, 'Write letters, digits, blanks and . _ @ - only, at most 64.')
  .describe('What it is for, for example `backup-report`; unique among those in use.')

export const DAY_MS = 86_400_000
export const tokenDays = z.number().int().min(1).max(3650).describe('It ends after so many days.')
