import { createHmac } from 'node:crypto'
import { costOf, USUAL_COST } from '#config/password-cost.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import { Problem, tooMany } from '#lib/runtime/problem.ts'
import type { Audit, StrangerAudit } from './audit.ts'
import { WriteLimit } from './guard.ts'
import { LoginThrottle, type Way } from './guessing.ts'
import { LONGEST_PASSWORD, NO_PLACE, NO_PLACE_SECONDS, NoPlace, type Passwords, type Turn } from './passwords.ts'
import type { AuthParts } from './ports.ts'
import { digestOf, newSecret, sameText } from './secrets.ts'
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

interface Credentials {
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
      // No one has a longer one; it takes its turn and its time like every other.
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

/**
 * A hash for a name that is not there, which no password fits. It costs what one of the users' hashes costs, the same one for
 * a name each time: with hashes of several costs, how long a refusal takes reveals nothing.
 */
export function decoyOf(name: string, hashes: readonly string[]): string {
  const marked = hashes
    .map((hash) => ({ cost: costOf(hash) ?? USUAL_COST, mark: markOf(hash, name) }))
    .sort((a, b) => a.mark.compare(b.mark))
  // With no one there is nothing to tell either.
  const { cost, mark } = marked[0] ?? { cost: USUAL_COST, mark: markOf('nobody', name) }
  const salt = createHmac('sha256', mark).update('salt').digest()
  return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(mark)}`
}

/** No one can compute it who has not the hash. */
function markOf(hash: string, name: string): Buffer {
  return createHmac('sha256', hash).update(name).digest()
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

const LIFETIME_MS = 60 * 60_000

/**
 * The first start: as long as there is no user, a link in the log lets one person make the first admin. Only its digest
 * is kept, in memory; a link ends with its hour, with its use, and with the process.
 */
export class Setup {
  readonly #parts: AuthParts
  #link: { readonly digest: string; readonly expiresAt: number } | null = null
  /** Where people reach the service, once it listens. */
  #url: string | null = null
  #done = false

  constructor(parts: AuthParts) {
    this.#parts = parts
  }

  /** Is there no one who could sign in? Once there was someone it is never asked again in this process. */
  async needed(): Promise<boolean> {
    const { config, store } = this.#parts
    if (config().auth.mode !== 'password') return false
    if (this.#done) return false
    this.#done = config().auth.users.size > 0 || (await store.users()).length > 0
    return !this.#done
  }

  /** It listens: says in the log how to begin, where that is needed. */
  async announce(url: string): Promise<void> {
    this.#url = url
    await this.refresh()
  }

  /** A new link in the log when there is none that is good; at most one an hour. */
  async refresh(): Promise<void> {
    const { now, log, config } = this.#parts
    if (this.#url === null || (this.#link !== null && now() < this.#link.expiresAt) || !(await this.needed())) return
    const secret = newSecret()
    this.#link = { digest: digestOf(secret), expiresAt: now() + LIFETIME_MS }
    const base = (config().server.publicUrl ?? this.#url).replace(/\/+$/, '')
    log.warn(
      `There is no user yet. Open ${base}/setup?token=${secret} within an hour to make the first admin (or run: zwitness user add NAME --role admin). Until then only the socket is answered.`,
    )
  }

  isGood(secret: string): boolean {
    const link = this.#link
    return link !== null && this.#parts.now() < link.expiresAt && sameText(digestOf(secret), link.digest)
  }

  /** The link has been used. */
  finish(): void {
    this.#link = null
    this.#done = true
  }
}
