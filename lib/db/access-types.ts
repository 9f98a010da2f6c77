import type { AuditRecord, KnownBrowserRecord, SessionRecord, TokenRecord, UserRecord } from './access-records.ts'
import type { Page } from './types.ts'

export type * from './access-records.ts'

export interface AuditQuery {
  readonly action?: readonly string[]
  readonly actor?: string
  readonly target?: string
  readonly result?: readonly AuditRecord['result'][]
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  readonly limit: number
  readonly cursor?: string
}

/** The part of the database that says who may come in, and who did what. */
export interface AccessStore {
  users(): Promise<readonly UserRecord[]>
  user(name: string): Promise<UserRecord | null>
  /** False: there is one of that name. */
  addUser(user: UserRecord): Promise<boolean>
  /** Only where there is no user at all: two people with the set-up link make one admin. */
  addFirstUser(user: UserRecord): Promise<boolean>
  /** False: there is none. */
  changeUser(name: string, change: Partial<Pick<UserRecord, 'role' | 'passwordHash'>>, now: number): Promise<boolean>
  /** With its sessions, and the browsers that signed in. */
  removeUser(name: string): Promise<boolean>

  addSession(session: Omit<SessionRecord, 'id'>): Promise<number>
  sessionByDigest(digest: string): Promise<SessionRecord | null>
  touchSession(id: number, now: number, address: string | null): Promise<void>
  /** Newest first; null: of all users. */
  sessions(user: string | null): Promise<readonly SessionRecord[]>
  removeSession(id: number): Promise<boolean>
  /** All of a user but one. Answers how many. */
  removeSessionsOf(user: string, except?: number | null): Promise<number>
  /** Those that are over: expired before `now`, or not seen since `idleBefore`. */
  pruneSessions(now: number, idleBefore: number): Promise<number>

  /**
   * In place of what the browser was known by (`replaces`, for all its users); of the user the newest `most` are kept, of all
   * those seen since `seenBefore`.
   */
  rememberBrowser(
    browser: Omit<KnownBrowserRecord, 'id'>,
    bounds: { readonly replaces: string | null; readonly seenBefore: number; readonly most: number },
  ): Promise<void>
  knownBrowser(digest: string, user: string): Promise<KnownBrowserRecord | null>
  /** Did a browser sign in from there since? */
  isKnownNetwork(network: string, since: number): Promise<boolean>
  forgetBrowserOfSession(session: number): Promise<void>
  /** All of a user but the one that has this session. */
  forgetBrowsersOf(user: string, exceptSession?: number | null): Promise<void>

  /** False: a token of that name is in use. */
  addToken(token: TokenRecord): Promise<boolean>
  token(id: string): Promise<TokenRecord | null>
  /** Newest first, revoked ones too. */
  tokens(): Promise<readonly TokenRecord[]>
  touchToken(id: string, now: number, address: string | null): Promise<void>
  /** False: there is none, or it is revoked already. */
  revokeToken(id: string, now: number): Promise<boolean>

  addAudit(record: Omit<AuditRecord, 'id'>): Promise<number>
  /** Newest first. Throws BadCursor. */
  audit(query: AuditQuery): Promise<Page<AuditRecord>>
}
