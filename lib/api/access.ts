import { z } from 'zod'
import type { Access } from '#lib/auth/access.ts'
import type { TokenChange as Changed } from '#lib/auth/makers.ts'
import type { HeldToken } from '#lib/auth/tokens.ts'
import type { User as Found } from '#lib/auth/users.ts'
import type { SessionRecord } from '#lib/db/types.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import { notFound } from '#lib/runtime/problem.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { describedEnum, Timestamp } from './fields.ts'
import { roleWord, UserRole } from './words.ts'

const UserSource = describedEnum<'CONFIG' | 'DATABASE'>('UserSource', 'Where a user is defined.', {
  CONFIG: 'In the configuration file, under `auth.users`; changed there.',
  DATABASE: 'By the set-up, the command line, or this API.',
})

export const User = z
  .object({
    name: z.string(),
    role: UserRole,
    source: UserSource,
    createdAt: Timestamp.nullable().describe('Null for those of the configuration.'),
  })
  .meta({ id: 'User', description: 'Somebody who can sign in.' })

export function userView({ name, role, source, createdAt }: Found): z.input<typeof User> {
  return {
    name,
    role: roleWord(role),
    source: source === 'config' ? 'CONFIG' : 'DATABASE',
    createdAt: isoOrNull(createdAt),
  }
}

const TokenState = describedEnum<'GOOD' | 'EXPIRED' | 'REVOKED' | 'ORPHANED'>(
  'TokenState',
  'Whether a token still opens.',
  {
    GOOD: 'It does.',
    EXPIRED: 'Its time is over.',
    REVOKED: 'Somebody ended it, or it went with its maker.',
    ORPHANED: 'Who made it may not come in any more.',
  },
)

export const Token = z
  .object({
    id: z.string().describe('Part of the token; not secret.'),
    name: z.string(),
    role: UserRole.describe('As it was made.'),
    roleNow: UserRole.nullable().describe('What it may: never more than who made it is now. Null: it opens nothing.'),
    state: TokenState,
    createdBy: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable().describe('Null: never.'),
    usedAt: Timestamp.nullable().describe('To the minute; null: never.'),
    usedFrom: z.string().nullable(),
    revokedAt: Timestamp.nullable(),
    revokedBecause: z.string().nullable().describe('Where it went with its maker.'),
  })
  .meta({ id: 'Token', description: 'An API token. Of its secret part only a digest is kept.' })

export type TokenView = z.input<typeof Token>

export const NewToken = Token.extend({
  token: z.string().describe('Told this once. Send it as `Authorization: Bearer …`.'),
}).meta({ id: 'NewToken', description: 'A token that was just made.' })

export function tokenView(record: HeldToken, now: number): TokenView {
  const { id, name, role, roleNow, createdBy, usedFrom, expiresAt, revokedAt, revokedBecause } = record
  return {
    ...{ id, name, role: roleWord(role), createdBy, usedFrom, revokedBecause },
    roleNow: roleNow && roleWord(roleNow),
    state: stateOf(record, now),
    createdAt: iso(record.createdAt),
    expiresAt: isoOrNull(expiresAt),
    usedAt: isoOrNull(record.usedAt),
    revokedAt: isoOrNull(revokedAt),
  }
}

function stateOf({ revokedAt, expiresAt, roleNow }: HeldToken, now: number): TokenView['state'] {
  if (revokedAt !== null) return 'REVOKED'
  if (expiresAt !== null && now >= expiresAt) return 'EXPIRED'
  return roleNow === null ? 'ORPHANED' : 'GOOD'
}

export const TokenChange = z
  .object({
    id: z.string(),
    name: z.string(),
    from: UserRole.nullable().describe('What it was; null: it opened nothing.'),
    to: UserRole.nullable().describe('What it is now; null: it opens nothing any more.'),
    revoked: z.boolean().describe('For good; otherwise it follows what its maker becomes.'),
    sentence: z.string(),
  })
  .meta({ id: 'TokenChange', description: 'What became of a token because of who made it.' })

export type TokenChangeView = z.input<typeof TokenChange>

export function tokenChangeView({ from, to, isRevoked, ...same }: Changed): TokenChangeView {
  return { ...same, from: from && roleWord(from), to: to && roleWord(to), revoked: isRevoked }
}

export const tokenName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/, 'Write letters, digits, blanks and . _ @ - only, at most 64.')
  .describe('What it is for, for example `backup-report`; unique among those in use.')

export const tokenDays = z.number().int().min(1).max(3650).describe('It ends after so many days.')

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

/** The number of a session that this actor may end. @throws Problem 404 NO_SUCH_SESSION, also for another's */
export async function ownSession(
  id: string,
  { access, actor }: { readonly access: Access; readonly actor: Actor },
): Promise<number> {
  const whose = actor.role === 'admin' ? null : actor.name
  const all = actor.role === 'admin' || actor.kind === 'session' ? await access.sessions.list(whose) : []
  const found = all.find((session) => String(session.id) === id)
  return found === undefined ? notFound(`There is no session ${id} of yours.`, 'NO_SUCH_SESSION') : found.id
}
