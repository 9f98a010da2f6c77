import { z } from 'zod'
import { Token, tokenView } from '#lib/api/token.ts'
import { defineRoute } from '#lib/define.ts'

export const DELETE = defineRoute({
  summary: 'Revoke an API token.',
  operationId: 'tokenRevoke',
  tags: ['access'],
  access: 'admin',
  input: z.object({ id: z.string().max(20) }),
  output: Token,
  errors: { 404: ['NO_SUCH_TOKEN'] },
  run: async ({ id }, { access, now }) => tokenView(await access.tokens.revoke(id), now()),
})
