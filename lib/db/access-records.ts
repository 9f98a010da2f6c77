/** Users, sessions, tokens and what people did. Times are epoch milliseconds; of secrets only digests are kept. */
import type { AccessRole } from '#config/access.ts'
import type { Json } from '#lib/replication/types/reason.ts'

export interface UserRecord {
  /** Lower case. */
  readonly name: string
  readonly role: AccessRole
  /** argon2id, as Bun.password writes it. */
  readonly passwordHash: string
  readonly createdAt: number
  readonly changedAt: number
}

export interface SessionRecord {
  readonly id: number
  /** SHA-256 of the cookie, hex. */
  readonly digest: string
  readonly user: string
  /** Mark of the password that opened it: with another password it is no longer good. */
  readonly credential: string
  readonly createdAt: number
  readonly seenAt: number
  /** Whatever is done with it. */
  readonly expiresAt: number
  readonly address: string | null
  readonly userAgent: string | null
}

/** A browser that signed in as a user: it has a way of its own to the sign-in, and no right. */
export interface KnownBrowserRecord {
  readonly id: number
  /** SHA-256 of the cookie, hex. */
  readonly digest: string
  readonly user: string
  /** Mark of the password that it signed in with: with another password it is no longer known. */
  readonly credential: string
  /** The last session it opened. */
  readonly session: number
  /** Where that was from: an IPv4 address, or an IPv6 /64. */
  readonly network: string
  readonly seenAt: number
}

export interface TokenRecord {
  /** Part of the token, may be shown. */
  readonly id: string
  readonly name: string
  readonly role: AccessRole
  /** SHA-256 of its secret part, hex. */
  readonly digest: string
  readonly createdBy: string
  readonly createdAt: number
  /** Null: never. */
  readonly expiresAt: number | null
  readonly usedAt: number | null
  readonly usedFrom: string | null
  readonly revokedAt: number | null
  /** How `createdBy` was recognised; null: not on record. */
  readonly makerKind: ActorKind | null
  /** Id of the token that made this one. */
  readonly makerToken: string | null
  /** Where no person revoked it: why. */
  readonly revokedBecause: string | null
}

/** Somebody whom a proxy signs in, as they were when they last came: tokens of theirs are never more than that. */
export interface ProxyMaker {
  readonly name: string
  readonly role: AccessRole | null
  /** The proxy's header, so that a role is found anew when the configuration changes; null: not on record. */
  readonly groups: string | null
  readonly seenAt: number
}

export type ActorKind = 'session' | 'token' | 'socket' | 'proxy' | 'none' | 'schedule'

export interface AuditRecord {
  readonly id: number
  readonly at: number
  readonly actor: {
    readonly kind: ActorKind
    readonly name: string
    readonly role: string
    readonly address: string | null
  }
  readonly userAgent: string | null
  readonly requestId: string | null
  /** `repair`, `login`, `tokenCreate` … */
  readonly action: string
  /** Dataset, run, user, token … it was done to. */
  readonly target: string | null
  /** Typed by the person. */
  readonly reason: string | null
  readonly result: 'OK' | 'REFUSED' | 'FAILED'
  /** Of a refusal, for example PLAN_STALE. */
  readonly code: string | null
  readonly detail: { readonly [key: string]: Json }
}
