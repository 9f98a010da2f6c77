import { z } from 'zod'
import { storedRole, UserRole } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'
import { typedName, typedPassword } from './_fields.ts'
import { onUsers, sameTwice } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Add a user.',
  access: 'admin',
  form: true,
  audit: 'userAdd',
  input: z.object({ name: typedName, role: UserRole, password: typedPassword, again: typedPassword }),
  run({ name, role, password, again }, context) {
    return onUsers(context, { form: 'add', field: 'name', name, typed: { name, role } }, async () => {
      sameTwice(password, again)
      const user = await context.access.users.add({ name, role: storedRole(role), password })
      return `${user.name} can sign in, as ${user.role}.`
    })
  },
})
