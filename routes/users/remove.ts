import { z } from 'zod'
import { defineRoute } from '#lib/services.ts'
import { typedName } from './_fields.ts'
import { notOneself, onUsers } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Remove a user, with all sessions and tokens.',
  access: 'admin',
  form: true,
  audit: 'userRemove',
  input: z.object({ name: typedName }),
  run: ({ name }, context) =>
    onUsers(context, { form: 'remove', field: 'name', name }, async () => {
      notOneself(context, name)
      const tokens = await context.access.users.remove(name)
      return `${name} is removed and signed out everywhere. ${tokens.map(({ sentence }) => sentence).join(' ')}`.trim()
    }),
})
