import type { AccessRole, AuthConfig } from '#config/effective.ts'
import type { ProxyMaker, TokenRecord } from '#lib/db/types.ts'
import { type Actor, SCHEDULER_ACTOR } from '#lib/runtime/actor.ts'
import { reaches } from '#lib/text/ranks.ts'
import type { Audit } from './audit.ts'
import type { AuthParts } from './ports.ts'

type Config = ReturnType<AuthParts['config']>

/** What became of a token because its maker changed. */
export interface TokenChange {
  readonly id: string
  readonly name: string
  readonly from: AccessRole | null
  /** Null: it opens nothing any more. */
  readonly to: AccessRole | null
  readonly isRevoked: boolean
  /** `The token ci is revoked.` */
  readonly sentence: string
}

type TokenRoles = ReadonlyMap<string, { readonly token: TokenRecord; readonly role: AccessRole | null }>

/** A token is never more than who made it is now: the only place that says what that is. */
export interface Makers {
  /** Null: nothing, because its maker may not come in any more. Of a token that is neither revoked nor expired. */
  roleOf(token: TokenRecord, config?: Config): Promise<AccessRole | null>
  /** Of all tokens that are neither revoked nor expired. */
  roles(config?: Config): Promise<TokenRoles>
  /** Between two moments. */
  changes(before: TokenRoles, after: TokenRoles): readonly TokenChange[]
  /** Someone came through the proxy. What that changes for their tokens is in the log and in the audit. */
  seen(name: string, groups: string): Promise<void>
  /** Someone makes a token: of people of a proxy it is remembered as what they came. */
  remember(actor: Pick<Actor, 'kind' | 'name' | 'role'>): Promise<void>
  /**
   * A new configuration, or a start: tokens of users who are in neither the file nor the database are revoked.
   * @returns a sentence for each token that is less than it was, which is also in the log and in the audit
   */
  settle(before: Config | null): Promise<readonly string[]>
}

/** Chains of tokens that made tokens are followed so far; longer ones open nothing. */
const DEEPEST = 8
/** So many people of a proxy are remembered until they make a token. */
const REMEMBERED = 1000

const WITNESS: Actor = { ...SCHEDULER_ACTOR, name: 'witness' }

export function createMakers({ store, config, now, log }: AuthParts, audit: Audit): Makers {
  /** Groups as the proxy said them last. */
  const groupsOf = new Map<string, string>()
  let proxied: Promise<Map<string, ProxyMaker>> | null = null
  const proxyMakers = async () => {
    proxied ??= store.proxyMakers().then((all) => new Map(all.map((maker) => [maker.name, maker])))
    try {
      return await proxied
    } catch (error) {
      proxied = null
      throw error
    }
  }
  const isOver = ({ revokedAt, expiresAt }: TokenRecord): boolean =>
    revokedAt !== null || (expiresAt !== null && now() >= expiresAt)

  async function userRole(name: string, { auth }: Config): Promise<AccessRole | null> {
    return auth.users.get(name)?.role ?? (await store.user(name))?.role ?? null
  }

  async function makerRole(token: TokenRecord, at: Config, depth: number): Promise<AccessRole | null> {
    const { createdBy: name, makerKind, makerToken } = token
    switch (makerKind) {
      case 'socket':
      case 'schedule':
        return 'admin'
      case 'session':
        return userRole(name, at)
      case 'none':
        return at.auth.mode === 'none' ? at.auth.noneRole : null
      case 'proxy': {
        const maker = (await proxyMakers()).get(name)
        return maker?.groups == null ? (maker?.role ?? null) : roleOfGroups(maker.groups, at.auth.proxy)
      }
      case 'token': {
        const parent = makerToken === null || depth >= DEEPEST ? null : await store.token(makerToken)
        return parent === null || isOver(parent) ? null : roleAt(parent, at, depth + 1)
      }
      case null:
        // From before makers were on record, and not in the audit either: by its name.
        return (await userRole(name, at)) ?? (name === 'local' ? 'admin' : null)
    }
  }

  async function roleAt(token: TokenRecord, at: Config, depth: number): Promise<AccessRole | null> {
    return lesserRole(token.role, await makerRole(token, at, depth))
  }

  async function roles(at = config()): Promise<TokenRoles> {
    const live = (await store.tokens()).filter((token) => !isOver(token))
    return new Map(
      await Promise.all(live.map(async (token) => [token.id, { token, role: await roleAt(token, at, 0) }] as const)),
    )
  }

  function changes(before: TokenRoles, after: TokenRoles): readonly TokenChange[] {
    return [...before].flatMap(([id, { token, role: from }]) => {
      const found = after.get(id)
      // What expired in between did so by itself.
      if (found === undefined && token.expiresAt !== null && now() >= token.expiresAt) return []
      const to = found?.role ?? null
      const isRevoked = found === undefined
      if (from === to && !isRevoked) return []
      return [{ id, name: token.name, from, to, isRevoked, sentence: sentenceOf(token.name, to, isRevoked) }]
    })
  }

  /** What no one asked for is shown where people look. */
  async function announce(all: readonly TokenChange[], because: string): Promise<readonly string[]> {
    const sentences: string[] = []
    for (const { id, name, from, to, isRevoked, sentence } of all) {
      sentences.push(`${sentence} ${because}`)
      log.warn(`${sentence} ${because}`)
      const detail = { id, from, to, message: because }
      await audit.write({ actor: WITNESS, action: isRevoked ? 'tokenRevoke' : 'tokenClamp', target: name, detail })
    }
    return sentences
  }

  async function noteSeen(name: string, groups: string): Promise<void> {
    groupsOf.delete(name)
    groupsOf.set(name, groups)
    const [oldest] = groupsOf.size > REMEMBERED ? groupsOf.keys() : []
    if (oldest !== undefined) groupsOf.delete(oldest)
    const known = (await proxyMakers()).get(name)
    if (known === undefined || known.groups === groups) return
    const before = await roles()
    await save({ name, groups, role: roleOfGroups(groups, config().auth.proxy), seenAt: now() })
    await announce(changes(before, await roles()), `${name}, who made it, came through the proxy in other groups.`)
  }

  async function settleNow(before: Config | null): Promise<readonly string[]> {
    const then = before === null ? await roles() : await roles(before)
    const at = config()
    const gone: string[] = []
    for (const { token } of then.values()) {
      const byUser = token.makerKind === 'session' || token.makerKind === null
      if (byUser && (await makerRole(token, at, 0)) === null) gone.push(token.id)
    }
    const revoked = gone.length === 0 ? [] : await store.revokeTokens(gone, now(), 'who made it is no user any more')
    const isRevoked = new Set(revoked.map(({ id }) => id))
    const all = changes(then, await roles())
    return [
      ...(await announce(
        all.filter(({ id }) => isRevoked.has(id)),
        'Who made it is in neither the configuration nor the database any more.',
      )),
      ...(await announce(
        all.filter(({ id }) => !isRevoked.has(id)),
        'Who made it has another role in the new configuration.',
      )),
    ]
  }

  return {
    roleOf: (token, at = config()) => roleAt(token, at, 0),
    roles,
    changes,

    async seen(name, groups) {
      try {
        await noteSeen(name, groups)
      } catch (error) {
        // With a full disk people can still look; their tokens need the database themselves.
        log.warn(
          `It could not be noted in which groups ${name} came: ${error instanceof Error ? error.message : error}`,
        )
      }
    },

    async remember({ kind, name, role }) {
      if (kind !== 'proxy' || role === 'none') return
      await save({ name, groups: groupsOf.get(name) ?? null, role, seenAt: now() })
    },

    async settle(before) {
      try {
        return await settleNow(before)
      } catch (error) {
        // Neither a start nor a reload fails for it: such tokens open nothing anyway, as long as their makers are away.
        const why = error instanceof Error ? error.message : String(error)
        log.error(`Tokens whose makers are no users any more could not be revoked. ${why}`)
        return []
      }
    },
  }

  async function save(maker: ProxyMaker): Promise<void> {
    await store.saveProxyMaker(maker)
    ;(await proxyMakers()).set(maker.name, maker)
  }
}

function sentenceOf(name: string, to: AccessRole | null, isRevoked: boolean): string {
  if (isRevoked) return `The token ${name} is revoked.`
  return to === null ? `The token ${name} opens nothing now.` : `The token ${name} is ${to} now.`
}

/** The lesser of two; null is less than any. */
function lesserRole(a: AccessRole | null, b: AccessRole | null): AccessRole | null {
  if (a === null || b === null) return null
  return reaches(b, a) ? a : b
}

/** What a proxy's header of groups makes of someone: the highest of what their groups give. */
export function roleOfGroups(groups: string, { roles, defaultRole }: AuthConfig['proxy']): AccessRole | null {
  let best = defaultRole
  for (const group of groups.split(',')) {
    const role = roles.get(group.trim())
    if (role !== undefined && (best === null || !reaches(best, role))) best = role
  }
  return best
}
