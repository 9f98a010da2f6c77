import { z } from 'zod'
import { Token, tokenView } from '#lib/api/access.ts'
import { defineRoute } from '#lib/services.ts'

export const DELETE = defineRoute({
  summary: 'Revoke an API token, and those that it made.',
  operationId: 'tokenRevoke',
  tags: ['access'],
  access: 'admin',
  input: z.object({ id: z.string().max(20) }),
  output: Token.extend({
    alsoRevoked: z.array(z.object({ id: z.string(), name: z.string() })).describe('Tokens that it had made.'),
  }),
  errors: { 404: ['NO_SUCH_TOKEN'] },
  async run({ id }, { access, now }) {
    const { record, others } = await access.tokens.revoke(id)
    return { ...tokenView(record, now()), alsoRevoked: others.map(({ id: other, name }) => ({ id: other, name })) }
  },
})
