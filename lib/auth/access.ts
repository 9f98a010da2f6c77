import { type Actor, mayAccess } from '#lib/runtime/actor.ts'
import type { Around } from '#lib/runtime/around.ts'
import {
  type Audit,
  type AuditChecks,
  createAudit,
  createAuditChecks,
  createStrangerAudit,
  type StrangerAudit,
} from './audit.ts'
import { createAdmission, createGuard, formTokenFor, isSecure } from './guard.ts'
import type { Way } from './guessing.ts'
import { createIdentify } from './identify.ts'
import { createMakers } from './makers.ts'
import { networkOf } from './networks.ts'
import { createPasswords } from './passwords.ts'
import type { AuthParts } from './ports.ts'
import { readCookie, writeCookie } from './secrets.ts'
import { createKnownBrowsers, createSessions, REMEMBERED_SECONDS, type Sessions } from './sessions.ts'
import { createSignIn, Setup, type SignIn } from './sign-in.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createUsers, type User, type Users } from './users.ts'

type AccessHooks = Required<
  Pick<Around, 'allowedHost' | 'allowedOrigin' | 'admit' | 'formToken' | 'audit' | 'signInPath'>
>

export interface DemoLogin {
  readonly name: string
  readonly password: string
  readonly role: string
}

/** Everything about who may come in, for the framework and for the handlers. */
export interface Access {
  readonly identify: Around['identify']
  readonly hooks: AccessHooks
  readonly users: Users
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly setup: Setup
  readonly audit: Audit
  /** For what people do who have not signed in. */
  readonly strangers: StrangerAudit
  readonly auditChecks: AuditChecks
  readonly signIn: SignIn
  /** Shown on the login page of the demo; else empty. */
  readonly demoLogins: readonly DemoLogin[]
  /** Opens a session in place of the browser's old one, and remembers the browser. @returns the `Set-Cookie` headers */
  startSession(request: Request, actor: Actor, user: User): Promise<readonly string[]>
  /** Ends the browser's session. @returns the `Set-Cookie` header */
  endSession(request: Request): Promise<string>
  /** Id of the session that this request belongs to. */
  sessionId(request: Request): Promise<number | null>
  /** Would the same request still be let in to read? Asked while an event stream is open. */
  stillAllowed(request: Request, actor: Actor): Promise<boolean>
  /** Cookies are sent over TLS only. */
  secure(): boolean
  /**
   * At the start (null), and after another configuration came into force: tokens whose makers it made less are less.
   * @returns a sentence for each of them
   */
  settle(before: ReturnType<AuthParts['config']> | null): Promise<readonly string[]>
}

export function createAccess(parts: AuthParts, demoLogins: readonly DemoLogin[] = []): Access {
  const { config, now } = parts
  const secure = (): boolean => isSecure(config())
  const passwords = createPasswords()
  const audit = createAudit(parts)
  const strangers = createStrangerAudit(audit, now)
  const browsers = createKnownBrowsers(parts)
  const auditChecks = createAuditChecks(parts)
  const makers = createMakers(parts, audit)
  const users = createUsers(parts, passwords, makers)
  const sessions = createSessions(parts, users)
  const tokens = createTokens(parts, makers)
  const setup = new Setup(parts)
  const find = async (request: Request) => {
    const secret = readCookie('session', request, secure())
    return secret === null ? null : sessions.find(secret)
  }

  async function wayOf(request: Request, visitor: Actor, account: string, user: User | null): Promise<Way> {
    const open = visitor.kind === 'session' && visitor.name === account ? await find(request) : null
    if (open !== null) return { kind: 'known', browser: `session ${open.session.id}` }
    const secret = readCookie('browser', request, secure())
    const browser = secret === null ? null : await browsers.find(secret, account, user)
    if (browser !== null) return { kind: 'known', browser: `browser ${browser}` }
    const network = networkOf(visitor.address)
    return { kind: 'stranger', account, network, returning: await browsers.isKnownNetwork(network) }
  }

  return {
    identify: createIdentify({ config, sessions, tokens, makers, setup }),
    hooks: {
      ...createGuard(config),
      admit: createAdmission(parts),
      formToken: (request) => formTokenFor(request, secure()),
      audit: async (summary) => {
        await audit.writeRequest(summary)
        // The entry that accepts a fault is there now: it is no alarm any more.
        if (summary.action === 'auditAccept' && summary.status < 400) await auditChecks.prove()
      },
      signInPath: ({ status, code }) => {
        if (code === 'SETUP_REQUIRED') return '/setup'
        // Elsewhere there is nothing to sign in to: the page says who does it.
        return status === 401 && config().auth.mode === 'password' ? '/login' : null
      },
    },
    users,
    sessions,
    tokens,
    setup,
    audit,
    strangers,
    auditChecks,
    signIn: createSignIn({ users, passwords, audit, strangers, now, wayOf }),
    demoLogins,
    secure,
    settle: makers.settle,

    async startSession(request, actor, user) {
      const before = await find(request)
      if (before !== null) await sessions.close(before.session.id)
      const { id, secret } = await sessions.open(user, actor)
      const from = { session: id, network: networkOf(actor.address) }
      const browser = await browsers.remember(user, readCookie('browser', request, secure()), from)
      return [
        writeCookie('session', request, secure(), secret, config().auth.session.maxSeconds),
        writeCookie('browser', request, secure(), browser, REMEMBERED_SECONDS),
      ]
    },
    async endSession(request) {
      const open = await find(request)
      if (open !== null) await sessions.close(open.session.id)
      return writeCookie('session', request, secure(), null)
    },
    sessionId: async (request) => (await find(request))?.session.id ?? null,

    async stillAllowed(request, actor) {
      const { auth } = config()
      if (actor.kind === 'session') return auth.mode === 'password' && (await find(request)) !== null
      if (actor.kind === 'token') {
        const text = request.headers.get('authorization')?.split(/\s+/)[1] ?? ''
        return (await tokens.find(text))?.state === 'good'
      }
      if (actor.kind === 'proxy') return auth.mode === 'proxy'
      return actor.kind !== 'none' || (auth.mode === 'none' && mayAccess(auth.noneRole, 'viewer'))
    },
  }
}
