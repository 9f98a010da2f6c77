import { z } from 'zod'
import { tokenDays, tokenName } from '#lib/api/access.ts'
import { DAY_MS } from '#lib/api/fields.ts'
import { storedRole, UserRole } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'
import { onAccount } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Make an API token.',
  access: 'admin',
  form: true,
  audit: 'tokenCreate',
  input: z.object({ name: tokenName, role: UserRole, days: tokenDays.optional() }),
  run: ({ name, role, days }, context) =>
    onAccount(context, async () => {
      const { access, actor, now } = context
      const expiresAt = days === undefined ? null : now() + days * DAY_MS
      const { text } = await access.tokens.create({
        name,
        role: storedRole(role),
        createdBy: actor.name,
        maker: actor,
        expiresAt,
      })
      return { made: { name, token: text } }
    }),
})
