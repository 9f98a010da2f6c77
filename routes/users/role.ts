import { z } from 'zod'
import { storedRole, UserRole } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'
import { typedName } from './_fields.ts'
import { notOneself, onUsers } from './_view.tsx'

export const POST = defineRoute({
  summary: "Change a user's role.",
  access: 'admin',
  form: true,
  audit: 'userChange',
  input: z.object({ name: typedName, role: UserRole }),
  run: ({ name, role }, context) =>
    onUsers(context, { form: 'role', field: 'role', name }, async () => {
      notOneself(context, name)
      const user = await context.access.users.change(name, { role: storedRole(role) })
      return `${user.name} has the role ${user.role} now. ${user.tokens.map(({ sentence }) => sentence).join(' ')}`.trim()
    }),
})
