import { z } from 'zod'
import { defineRoute } from '#lib/services.ts'
import { onAccount } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Revoke an API token.',
  access: 'admin',
  form: true,
  audit: 'tokenRevoke',
  input: z.object({ id: z.string().max(20) }),
  run: ({ id }, context) =>
    onAccount(context, async () => {
      const { record, others } = await context.access.tokens.revoke(id)
      const too = others.map(({ name }) => ` So is ${name}, which it had made.`).join('')
      return { done: `The token ${record.name} opens nothing any more.${too && ` It is revoked.${too}`}` }
    }),
})
