import { z } from 'zod'
import { NewToken, Token, tokenDays, tokenName, tokenView } from '#lib/api/access.ts'
import { DAY_MS } from '#lib/api/fields.ts'
import { storedRole, UserRole } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'API tokens, newest first, those that have ended too.',
  operationId: 'tokens',
  tags: ['access'],
  access: 'admin',
  output: z.object({ items: z.array(Token) }),
  run: async (_, { access, now }) => ({
    items: (await access.tokens.list()).map((record) => tokenView(record, now())),
  }),
})

export const POST = defineRoute({
  summary: 'Make an API token.',
  description: 'The answer is the only one that holds it. It is never more than who made it is at the time.',
  operationId: 'tokenCreate',
  tags: ['access'],
  access: 'admin',
  input: z.strictObject({
    name: tokenName,
    role: UserRole.default('VIEWER'),
    days: tokenDays.nullable().default(null).describe('It ends after so many days; null: never.'),
  }),
  output: NewToken,
  status: 201,
  errors: { 409: ['TOKEN_EXISTS', 'TOKEN_OPENS_NOTHING'] },
  async run({ name, role, days }, { access, actor, now }) {
    const expiresAt = days === null ? null : now() + days * DAY_MS
    const made = await access.tokens.create({
      name,
      role: storedRole(role),
      createdBy: actor.name,
      maker: actor,
      expiresAt,
    })
    return { ...tokenView(made.record, now()), token: made.text }
  },
})
