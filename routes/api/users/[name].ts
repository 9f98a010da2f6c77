import { z } from 'zod'
import { password, storedRole, UserRole, userName } from '#lib/api/access-words.ts'
import { User, userView } from '#lib/api/user.ts'
import { defineRoute } from '#lib/define.ts'

export const PATCH = defineRoute({
  summary: "Change a user's role or password.",
  description: 'With another password every session of the user ends.',
  operationId: 'userChange',
  tags: ['access'],
  access: 'admin',
  input: z.strictObject({ name: userName, role: UserRole.optional(), password: password.optional() }),
  output: User,
  errors: { 404: ['NO_SUCH_USER'], 409: ['IN_CONFIG', 'LAST_ADMIN'] },
  run: async ({ name, role, password: typed }, { access }) =>
    userView(await access.users.change(name, { role: role && storedRole(role), password: typed })),
})

export const DELETE = defineRoute({
  summary: 'Remove a user, with all sessions.',
  operationId: 'userRemove',
  tags: ['access'],
  access: 'admin',
  input: z.object({ name: userName }),
  output: z.object({ removed: z.string() }),
  errors: { 404: ['NO_SUCH_USER'], 409: ['IN_CONFIG', 'LAST_ADMIN'] },
  async run({ name }, { access }) {
    await access.users.remove(name)
    return { removed: name }
  },
})
