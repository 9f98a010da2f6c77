import { z } from 'zod'
import { defineRoute } from '#lib/services.ts'
import { typedName, typedPassword } from './_fields.ts'
import { notOneself, onUsers, sameTwice } from './_view.tsx'

export const POST = defineRoute({
  summary: "Set a user's password.",
  access: 'admin',
  form: true,
  audit: 'userChange',
  input: z.object({ name: typedName, password: typedPassword, again: typedPassword }),
  run: ({ name, password, again }, context) =>
    onUsers(context, { form: 'password', field: 'password', name }, async () => {
      // One's own is changed where the present one is asked for: a browser that was left open is not enough.
      notOneself(context, name, 'change your own password on the account page, which asks for the present one')
      sameTwice(password, again)
      const user = await context.access.users.change(name, { password })
      return `${user.name} has a new password; every session of ${user.name} has ended.`
    }),
})
