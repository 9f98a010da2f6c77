import type { Actor } from '#lib/runtime/actor.ts'
import { Problem, tooMany } from '#lib/runtime/problem.ts'
import type { Audit } from './audit.ts'
import { decoyOf } from './decoy.ts'
import { LoginThrottle, type Way } from './login-throttle.ts'
import { LONGEST_PASSWORD } from './password-rules.ts'
import { NO_PLACE, NO_PLACE_SECONDS, NoPlace, type Passwords, type Turn } from './passwords.ts'
import type { AuthParts } from './ports.ts'
import { WriteLimit } from './rate-limit.ts'
import type { StrangerAudit } from './stranger-audit.ts'
import type { User, Users } from './users.ts'

interface Parts {
  readonly users: Users
  readonly passwords: Passwords
  readonly audit: Audit
  readonly strangers: StrangerAudit
  readonly now: AuthParts['now']
  /** How this browser comes to sign in under that name. */
  readonly wayOf: (request: Request, visitor: Actor, account: string, user: User | null) => Promise<Way>
}

export interface Credentials {
  readonly name: string
  readonly password: string
  readonly requestId: string
}

export type SignIn = (request: Request, visitor: Actor, credentials: Credentials) => Promise<User>

/**
 * A name and a password → the user. It takes as long and says the same for a name that is not there as for a wrong password.
 * @throws Problem 401 BAD_LOGIN, 429 RATE_LIMITED with Retry-After
 */
export function createSignIn({ users, passwords, audit, strangers, now, wayOf }: Parts): SignIn {
  const throttle = new LoginThrottle(now)
  // A right password is a change like others: no program may fill the book with it.
  const rightOnes = new WriteLimit(now)
  return async (request, visitor, { name: typed, password, requestId }) => {
    const name = typed.trim().toLowerCase().slice(0, 64)
    const user = await users.find(name)
    const way = await wayOf(request, visitor, name, user)
    // A password typed into the field of the name must not end in the book: only names that exist do.
    const entry = { actor: visitor, action: 'login', target: user?.name ?? null, requestId }
    // Who is known is held back by a limit of its own, and each of its failures is worth an entry.
    const refused = (code: string, detail = {}) =>
      way.kind === 'known'
        ? audit.write({ ...entry, result: 'REFUSED', code, detail })
        : strangers.refused({ ...entry, code, detail })

    const begun = throttle.begin(way)
    if (!begun.ok) {
      const { waitSeconds, first } = begun
      if (first) await refused('RATE_LIMITED', { waitSeconds })
      else strangers.alsoRefused(entry.target)
      return tooMany(`Too many failed attempts. Try again in ${inWords(waitSeconds)}.`, waitSeconds)
    }
    let right = false
    try {
      // Made for every name, so that it takes the same time for each.
      const hashes = (await users.list()).map(({ passwordHash }) => passwordHash)
      const decoy = decoyOf(name, hashes)
      // Nobody has a longer one; it takes its turn and its time like every other.
      const isTooLong = password.length > LONGEST_PASSWORD
      const hash = isTooLong || user === null ? decoy : user.passwordHash
      right = await passwords.verify(password.slice(0, LONGEST_PASSWORD), hash, {
        ...turnOf(way),
        signal: request.signal,
      })
    } catch (error) {
      // Whatever went wrong, it was not the password.
      throttle.takeBack(begun)
      if (!(error instanceof NoPlace)) throw error
      strangers.alsoRefused(entry.target)
      return tooMany(NO_PLACE, NO_PLACE_SECONDS)
    }
    if (!right || user === null) {
      await refused('BAD_LOGIN')
      throw new Problem(401, 'BAD_LOGIN', 'The name or the password is wrong.', { title: 'Not signed in' })
    }
    throttle.succeeded(way, begun)
    const pause = rightOnes.take({ kind: 'session', name: user.name, address: visitor.address })
    if (pause > 0) return tooMany('More than 120 sign-ins in a minute; wait a moment.', pause)
    await strangers.settle()
    await audit.write({ ...entry, actor: { ...visitor, kind: 'session', name: user.name, role: user.role } })
    return user
  }
}

function turnOf(way: Way): Turn {
  if (way.kind === 'known') return { lane: 'known', group: way.browser }
  return { lane: way.returning ? 'returning' : 'stranger', group: way.network }
}

function inWords(seconds: number): string {
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
}
