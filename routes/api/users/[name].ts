import { z } from 'zod'
import { TokenChange, tokenChangeView, User, userView } from '#lib/api/access.ts'
import { password, storedRole, UserRole, userName } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'

export const PATCH = defineRoute({
  summary: "Change a user's role or password.",
  description:
    'With another password every session of the user ends. Tokens that the user made are never more than the user is: `tokens` says which changed.',
  operationId: 'userChange',
  tags: ['access'],
  access: 'admin',
  input: z.strictObject({ name: userName, role: UserRole.optional(), password: password.optional() }),
  output: User.extend({ tokens: z.array(TokenChange) }),
  errors: { 404: ['NO_SUCH_USER'], 409: ['IN_CONFIG', 'LAST_ADMIN'] },
  async run({ name, role, password: typed }, { access }) {
    const user = await access.users.change(name, { role: role && storedRole(role), password: typed })
    return { ...userView(user), tokens: user.tokens.map(tokenChangeView) }
  },
})

export const DELETE = defineRoute({
  summary: 'Remove a user, with all sessions and tokens.',
  operationId: 'userRemove',
  tags: ['access'],
  access: 'admin',
  input: z.object({ name: userName }),
  output: z.object({ removed: z.string(), tokens: z.array(TokenChange).describe('Those that are revoked with it.') }),
  errors: { 404: ['NO_SUCH_USER'], 409: ['IN_CONFIG', 'LAST_ADMIN'] },
  async run({ name }, { access }) {
    const tokens = await access.users.remove(name)
    return { removed: name, tokens: tokens.map(tokenChangeView) }
  },
})
