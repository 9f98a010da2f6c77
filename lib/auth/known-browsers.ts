import type { AuthParts } from './ports.ts'
import { digestOf, newSecret } from './secrets.ts'
import { credentialOf, type User } from './users.ts'

/**
 * Browsers that signed in before. Whoever shows the cookie of one is counted apart from strangers who guess at the same
 * account, and waits for a turn apart from them; it opens nothing, the password is asked for all the same.
 */
export interface KnownBrowsers {
  /** Number of the browser, where it signed in under this name with the password that its user has now. */
  find(secret: string, name: string, user: User | null): Promise<number | null>
  /** Somebody signed in from there. */
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
