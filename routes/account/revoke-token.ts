import { z } from 'zod'
import { defineRoute } from '#lib/define.ts'
import { onAccount } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Revoke an API token.',
  access: 'admin',
  form: true,
  audit: 'tokenRevoke',
  input: z.object({ id: z.string().max(20) }),
  run: ({ id }, context) =>
    onAccount(context, async () => {
      const { name } = await context.access.tokens.revoke(id)
      return { done: `The token ${name} opens nothing any more.` }
    }),
})
