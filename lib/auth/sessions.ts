import type { SessionRecord } from '#lib/db/types.ts'
import type { AuthParts, Origin } from './ports.ts'
import { digestOf, newSecret } from './secrets.ts'
import { credentialOf, type User, type Users } from './users.ts'

interface OpenSession {
  readonly session: SessionRecord
  readonly user: User
}

/** Browsers that are signed in. The database knows digests only: whoever reads it cannot sign in with them. */
export interface Sessions {
  /** `secret` is the cookie's value. */
  open(user: User, origin: Origin): Promise<{ readonly id: number; readonly secret: string }>
  /** Null: unknown, over, or its user or password has changed. */
  find(secret: string, origin?: Origin): Promise<OpenSession | null>
  /** Those in force, newest first; null: of all users. */
  list(user: string | null): Promise<readonly SessionRecord[]>
  close(id: number): Promise<boolean>
  /** From afar: its browser is no longer one that signed in before. */
  signOut(id: number): Promise<boolean>
  /** With the browsers that are known for them, also those that signed out by themselves. */
  closeAll(user: string, except: number | null): Promise<number>
}

/** A row is not written at every request. */
const SEEN_EVERY_MS = 60_000

export function createSessions({ store, config, now, log }: AuthParts, users: Users): Sessions {
  const idleMs = (): number => config().auth.session.idleSeconds * 1000
  const isOver = ({ expiresAt, seenAt, createdAt }: SessionRecord): boolean =>
    // A limit that was made shorter counts for those who are signed in already.
    now() >= Math.min(expiresAt, createdAt + config().auth.session.maxSeconds * 1000) || now() - seenAt > idleMs()

  async function seen(session: SessionRecord, address: string | null): Promise<void> {
    if (now() - session.seenAt < SEEN_EVERY_MS) return
    try {
      await store.touchSession(session.id, now(), address)
    } catch (error) {
      // With a full disk people can still look; at worst they sign in again sooner.
      log.warn(
        `It could not be recorded that ${session.user} is here: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  return {
    async open(user, { address, userAgent }) {
      const secret = newSecret()
      const at = now()
      await store.pruneSessions(at, at - idleMs())
      const id = await store.addSession({
        digest: digestOf(secret),
        user: user.name,
        credential: credentialOf(user),
        createdAt: at,
        seenAt: at,
        expiresAt: at + config().auth.session.maxSeconds * 1000,
        address,
        userAgent: userAgent?.slice(0, 300) ?? null,
      })
      return { id, secret }
    },

    async find(secret, origin) {
      const session = await store.sessionByDigest(digestOf(secret))
      if (session === null || isOver(session)) return null
      const user = await users.find(session.user)
      if (user === null || credentialOf(user) !== session.credential) return null
      if (origin !== undefined) await seen(session, origin.address)
      return { session, user }
    },

    async list(user) {
      return (await store.sessions(user)).filter((session) => !isOver(session))
    },
    close: (id) => store.removeSession(id),
    async signOut(id) {
      await store.forgetBrowserOfSession(id)
      return store.removeSession(id)
    },
    async closeAll(user, except) {
      await store.forgetBrowsersOf(user, except)
      return store.removeSessionsOf(user, except)
    },
  }
}

/**
 * Browsers that signed in before. Whoever shows the cookie of one is counted apart from strangers who guess at the same
 * account, and waits for a turn apart from them; it opens nothing, the password is asked for all the same.
 */
interface KnownBrowsers {
  /** Number of the browser, where it signed in under this name with the password that its user has now. */
  find(secret: string, name: string, user: User | null): Promise<number | null>
  /** Someone signed in from there. */
  isKnownNetwork(network: string): Promise<boolean>
  /** It signed in. `secret`: what it was known by, for another user too. @returns the cookie's new value */
  remember(user: User, secret: string | null, from: { session: number; network: string }): Promise<string>
}

export const REMEMBERED_SECONDS = 90 * 86_400
/** Of one user; the one that was not seen for longest goes. */
const MOST = 20

export function createKnownBrowsers({ store, now }: Pick<AuthParts, 'store' | 'now'>): KnownBrowsers {
  const oldest = (): number => Math.max(0, now() - REMEMBERED_SECONDS * 1000)
  return {
    async find(secret, name, user) {
      // Looked up for every name: that one exists must not show in the time it takes.
      const known = await store.knownBrowser(digestOf(secret), name)
      if (known === null || user === null || known.seenAt < oldest()) return null
      return known.credential === credentialOf(user) ? known.id : null
    },

    isKnownNetwork: (network) => store.isKnownNetwork(network, oldest()),

    async remember(user, before, { session, network }) {
      // A new one each time: one that was planted, or copied long ago, is not what the browser is known by.
      const secret = newSecret()
      const record = { digest: digestOf(secret), user: user.name, credential: credentialOf(user), session, network }
      await store.rememberBrowser(
        { ...record, seenAt: now() },
        { replaces: before === null ? null : digestOf(before), seenBefore: oldest(), most: MOST },
      )
      return secret
    },
  }
}
