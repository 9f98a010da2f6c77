import { randomBytes } from 'node:crypto'
import type { AccessRole } from '#config/access.ts'
import type { TokenRecord } from '#lib/db/types.ts'
import { conflict, notFound } from '#lib/runtime/index.ts'
import type { AuthParts } from './ports.ts'
import { digestOf, sameText } from './secrets.ts'

export const TOKEN_PREFIX = 'zwt_'
const FORM = /^zwt_([0-9a-f]{10})_([0-9a-f]{48})$/
/** So that scanners of sources and logs find it, and a double click takes all of it. */
const written = (id: string, secret: string): string => `${TOKEN_PREFIX}${id}_${secret}`

/** Keys for programs. Of their secret part only a digest is kept. */
export interface Tokens {
  /** `text` is told this once. @throws Problem 409 TOKEN_EXISTS */
  create(wanted: NewToken): Promise<{ readonly record: TokenRecord; readonly text: string }>
  /** Null: not ours, unknown, wrong. `state` says whether it is still good. */
  find(text: string, address?: string | null): Promise<FoundToken | null>
  list(): Promise<readonly TokenRecord[]>
  /** @throws Problem 404 NO_SUCH_TOKEN */
  revoke(id: string): Promise<TokenRecord>
}

export interface NewToken {
  readonly name: string
  readonly role: AccessRole
  readonly createdBy: string
  /** Epoch ms; null: never. */
  readonly expiresAt: number | null
}

export interface FoundToken {
  readonly record: TokenRecord
  readonly state: 'good' | 'expired' | 'revoked'
}

const USED_EVERY_MS = 60_000

export function stateOf({ revokedAt, expiresAt }: TokenRecord, now: number): FoundToken['state'] {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && now >= expiresAt ? 'expired' : 'good'
}

export function createTokens({ store, now, log }: AuthParts): Tokens {
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
    async create({ name, role, createdBy, expiresAt }) {
      const id = randomBytes(5).toString('hex')
      const secret = randomBytes(24).toString('hex')
      const record: TokenRecord = {
        ...{ id, name, role, createdBy, expiresAt },
        digest: digestOf(secret),
        createdAt: now(),
        usedAt: null,
        usedFrom: null,
        revokedAt: null,
      }
      if (!(await store.addToken(record)))
        conflict(`There is a token ${name} already; revoke it, or take another name.`, 'TOKEN_EXISTS')
      return { record, text: written(id, secret) }
    },

    async find(text, address) {
      const [, id = '', secret = ''] = FORM.exec(text) ?? []
      const record = id === '' ? null : await store.token(id)
      if (record === null || !sameText(digestOf(secret), record.digest)) return null
      const state = stateOf(record, now())
      if (state === 'good' && address !== undefined) await used(record, address)
      return { record, state }
    },

    list: () => store.tokens(),

    async revoke(id) {
      const record = await store.token(id)
      if (record === null) return notFound(`There is no token ${id}.`, 'NO_SUCH_TOKEN')
      if (!(await store.revokeToken(id, now())))
        notFound(`The token ${record.name} is revoked already.`, 'NO_SUCH_TOKEN')
      return { ...record, revokedAt: now() }
    },
  }
}
