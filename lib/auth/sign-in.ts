import { type Actor, Problem, tooMany } from '#lib/runtime/index.ts'
import type { Audit } from './audit.ts'
import { LoginThrottle } from './login-throttle.ts'
import { LONGEST_PASSWORD } from './password-rules.ts'
import type { Passwords } from './passwords.ts'
import type { AuthParts } from './ports.ts'
import type { User, Users } from './users.ts'

interface Parts {
  readonly users: Users
  readonly passwords: Passwords
  readonly audit: Audit
  readonly now: AuthParts['now']
}

export interface Credentials {
  readonly name: string
  readonly password: string
  readonly requestId: string
}

export type SignIn = (visitor: Actor, credentials: Credentials) => Promise<User>

/**
 * A name and a password → the user. It takes as long and says the same for a name that is not there as for a wrong password.
 * @throws Problem 401 BAD_LOGIN, 429 RATE_LIMITED with Retry-After
 */
export function createSignIn({ users, passwords, audit, now }: Parts): SignIn {
  const throttle = new LoginThrottle(now)
  return async (visitor, { name: typed, password, requestId }) => {
    const name = typed.trim().toLowerCase().slice(0, 64)
    const user = await users.find(name)
    // A password typed into the field of the name must not end in the book: only names that exist do.
    const entry = { actor: visitor, action: 'login', target: user?.name ?? null, requestId }
    const wait = throttle.begin(name, visitor.address)
    if (wait > 0) {
      await audit.write({ ...entry, result: 'REFUSED', code: 'RATE_LIMITED', detail: { waitSeconds: wait } })
      return tooMany(`Too many failed attempts. Try again in ${inWords(wait)}.`, wait)
    }
    const right = password.length <= LONGEST_PASSWORD && (await passwords.verify(password, user?.passwordHash ?? null))
    if (!right || user === null) {
      await audit.write({ ...entry, result: 'REFUSED', code: 'BAD_LOGIN' })
      throw new Problem(401, 'BAD_LOGIN', 'The name or the password is wrong.', { title: 'Not signed in' })
    }
    throttle.succeeded(name, visitor.address)
    await audit.write({ ...entry, actor: { ...visitor, kind: 'session', name: user.name, role: user.role } })
    return user
  }
}

function inWords(seconds: number): string {
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
}
