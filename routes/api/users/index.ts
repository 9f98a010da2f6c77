import { z } from 'zod'
import { User, userView } from '#lib/api/access.ts'
import { password, storedRole, UserRole, userName } from '#lib/api/words.ts'
import { reply } from '#lib/runtime/reply.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Who can sign in.',
  operationId: 'users',
  tags: ['access'],
  access: 'admin',
  output: z.object({ items: z.array(User) }),
  run: async (_, { access }) => ({ items: (await access.users.list()).map(userView) }),
})

export const POST = defineRoute({
  summary: 'Add a user.',
  operationId: 'userAdd',
  tags: ['access'],
  access: 'admin',
  input: z.strictObject({ name: userName, role: UserRole, password }),
  output: User,
  status: 201,
  errors: { 409: ['USER_EXISTS'] },
  async run({ name, role, password: typed }, { access }) {
    const user = await access.users.add({ name, role: storedRole(role), password: typed })
    return reply(201, userView(user), { Location: `/api/users/${encodeURIComponent(user.name)}` })
  },
})
