import type {
  AuditRecord,
  KnownBrowserRecord,
  ProxyMaker,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from './access-records.ts'
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

/** Users of the configuration: they count as admins, and a row of the same name does not count. Read inside the transaction. */
export interface UsersElsewhere {
  readonly names: readonly string[]
  readonly hasAdmin: boolean
}

export type UserChanged = 'changed' | 'missing' | 'last-admin'

export interface UserRemoved {
  readonly result: 'removed' | 'missing' | 'last-admin'
  readonly tokens: readonly TokenRecord[]
}

/** A head of the chain that was copied elsewhere; without its row's id it may stand anywhere. */
export interface KnownHead {
  readonly id: number | null
  readonly hash: string
}

/** Where the chain of the audit is broken. Rows `from` to `to`, both included; null: not known which. */
export interface AuditFault {
  /**
   * CHANGED: content and hash do not agree; one of these rows is not as it was written. MISSING: rows between others are gone.
   * CUT_OFF: the last ones are. HEAD_…: a head that was copied elsewhere is not met, though the rows agree with each other.
   */
  readonly kind: 'CHANGED' | 'MISSING' | 'CUT_OFF' | 'HEAD_CUT_OFF' | 'HEAD_DIFFERS'
  readonly from: number | null
  readonly to: number | null
  /** Of a head. */
  readonly hash?: string
  /** CHANGED: the hash of what stands there now, so that another change is another fault. */
  readonly found?: string
}

/** An entry in which an admin said why the audit is broken where it is. */
export interface AuditAccepted {
  readonly id: number
  readonly at: number
  readonly by: string
  readonly reason: string | null
  readonly keys: readonly string[]
}

export interface AuditProof {
  /** Entries, forgotten ones included. */
  readonly rows: number
  readonly forgotten: number
  /** Rows up to this one were chained later, by an upgrade. */
  readonly adopted: { readonly to: number; readonly at: number } | null
  readonly head: { readonly id: number; readonly hash: string } | null
  /** At most 100. */
  readonly faults: readonly AuditFault[]
  readonly accepted: readonly AuditAccepted[]
}

/** The part of the database that says who may come in, and who did what. */
export interface AccessStore {
  users(): Promise<readonly UserRecord[]>
  user(name: string): Promise<UserRecord | null>
  /** False: there is one of that name. */
  addUser(user: UserRecord): Promise<boolean>
  /** Only where there is no user at all: two people with the set-up link make one admin. */
  addFirstUser(user: UserRecord): Promise<boolean>
  /** An admin always remains: that is part of the statement itself, so two changes at once cannot both be the last but one. */
  changeUser(
    name: string,
    change: Partial<Pick<UserRecord, 'role' | 'passwordHash'>>,
    now: number,
    elsewhere: () => UsersElsewhere,
  ): Promise<UserChanged>
  /** With its sessions, the browsers that signed in, and its tokens: those that are revoked with it are in the answer. */
  removeUser(name: string, now: number, elsewhere: () => UsersElsewhere): Promise<UserRemoved>

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
  /** With those that they made, and those in turn. Answers what was in force until now. */
  revokeTokens(ids: readonly string[], now: number, because: string | null): Promise<readonly TokenRecord[]>

  proxyMakers(): Promise<readonly ProxyMaker[]>
  /** Replaces what was known of that name. */
  saveProxyMaker(maker: ProxyMaker): Promise<void>

  /** Chained to the one before it. @returns its id */
  addAudit(record: Omit<AuditRecord, 'id'>): Promise<number>
  /** The newest entry, and the hash over all of them; null: there is none. */
  auditHead(): Promise<{ readonly id: number; readonly hash: string } | null>
  /** Reads all of it: is a row changed or missing? What this process wrote last must be there too. */
  proveAudit(heads: readonly KnownHead[]): Promise<AuditProof>
  /** Newest first. Throws BadCursor. */
  audit(query: AuditQuery): Promise<Page<AuditRecord>>
}
