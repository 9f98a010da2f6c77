import { randomBytes } from 'node:crypto'
import type { AccessRole } from '#config/effective.ts'
import type { TokenRecord } from '#lib/db/types.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import { conflict, notFound } from '#lib/runtime/problem.ts'
import type { Makers } from './makers.ts'
import type { AuthParts } from './ports.ts'
import { digestOf, sameText } from './secrets.ts'

export const TOKEN_PREFIX = 'zwt_'
const FORM = /^zwt_([0-9a-f]{10})_([0-9a-f]{48})$/
/** So that scanners of sources and logs find it, and a double click takes all of it. */
const written = (id: string, secret: string): string => `${TOKEN_PREFIX}${id}_${secret}`

/** Keys for programs. Of their secret part only a digest is kept. */
export interface Tokens {
  /** `text` is shown this once. @throws Problem 409 TOKEN_EXISTS, TOKEN_OPENS_NOTHING */
  create(wanted: NewToken): Promise<{ readonly record: HeldToken; readonly text: string }>
  /** Null: not ours, unknown, wrong. `state` says whether it is still good. */
  find(text: string, address?: string | null): Promise<FoundToken | null>
  list(): Promise<readonly HeldToken[]>
  /** With those that it made. @throws Problem 404 NO_SUCH_TOKEN */
  revoke(id: string): Promise<{ readonly record: HeldToken; readonly others: readonly TokenRecord[] }>
}

export interface NewToken {
  readonly name: string
  readonly role: AccessRole
  readonly createdBy: string
  /** Who asks for it: it will never be more than they are. Left out: the process itself. */
  readonly maker?: Pick<Actor, 'kind' | 'name' | 'role'>
  /** Epoch ms; null: never. */
  readonly expiresAt: number | null
}

/** A token, and what it may now. */
export interface HeldToken extends TokenRecord {
  /** Never more than who made it is now; null: nothing. */
  readonly roleNow: AccessRole | null
}

interface FoundToken {
  readonly record: TokenRecord
  /** `orphaned`: who made it may not come in any more. */
  readonly state: 'good' | 'expired' | 'revoked' | 'orphaned'
  readonly role: AccessRole | null
}

const USED_EVERY_MS = 60_000

function stateOf({ revokedAt, expiresAt }: TokenRecord, now: number): 'good' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && now >= expiresAt ? 'expired' : 'good'
}

export function createTokens({ store, now, log }: AuthParts, makers: Makers): Tokens {
  async function held(record: TokenRecord): Promise<HeldToken> {
    const isOver = stateOf(record, now()) !== 'good'
    return { ...record, roleNow: isOver ? null : await makers.roleOf(record) }
  }

  /** Of a token that asks for another one: names are given once among those in force. */
  async function makerToken(name: string): Promise<string | null> {
    return (await store.tokens()).find((token) => token.name === name && token.revokedAt === null)?.id ?? null
  }

  async function used(record: TokenRecord, address: string | null): Promise<void> {
    if (record.usedAt !== null && now() - record.usedAt < USED_EVERY_MS) return
    try {
      await store.touchToken(record.id, now(), address)
    } catch (error) {
      log.warn(
        `The use of the token ${record.name} could not be recorded: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  return {
    async create({ name, role, createdBy, maker, expiresAt }) {
      const id = randomBytes(5).toString('hex')
      const secret = randomBytes(24).toString('hex')
      const record: TokenRecord = {
        ...{ id, name, role, createdBy, expiresAt },
        digest: digestOf(secret),
        createdAt: now(),
        usedAt: null,
        usedFrom: null,
        revokedAt: null,
        makerKind: maker?.kind ?? 'socket',
        makerToken: maker?.kind === 'token' ? await makerToken(maker.name) : null,
        revokedBecause: null,
      }
      if (maker !== undefined) await makers.remember(maker)
      if ((await makers.roleOf(record)) === null)
        conflict(
          `The token ${name} would open nothing: ${createdBy} may not come in any more, or tokens made one another too often before it. Make it while signed in.`,
          'TOKEN_OPENS_NOTHING',
        )
      if (!(await store.addToken(record)))
        conflict(`There is a token ${name} already; revoke it, or take another name.`, 'TOKEN_EXISTS')
      return { record: await held(record), text: written(id, secret) }
    },

    async find(text, address) {
      const [, id = '', secret = ''] = FORM.exec(text) ?? []
      const record = id === '' ? null : await store.token(id)
      if (record === null || !sameText(digestOf(secret), record.digest)) return null
      const state = stateOf(record, now())
      if (state !== 'good') return { record, state, role: null }
      if (address !== undefined) await used(record, address)
      const role = await makers.roleOf(record)
      return { record, role, state: role === null ? 'orphaned' : 'good' }
    },

    list: async () => Promise.all((await store.tokens()).map(held)),

    async revoke(id) {
      const record = await store.token(id)
      if (record === null) return notFound(`There is no token ${id}.`, 'NO_SUCH_TOKEN')
      if (record.revokedAt !== null) return notFound(`The token ${record.name} is revoked already.`, 'NO_SUCH_TOKEN')
      const revoked = await store.revokeTokens([id], now(), null)
      return { record: { ...record, revokedAt: now(), roleNow: null }, others: revoked.filter((one) => one.id !== id) }
    },
  }
}
