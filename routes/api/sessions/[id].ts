import { z } from 'zod'
import { ownSession } from '#lib/api/access.ts'
import { defineRoute } from '#lib/services.ts'

export const DELETE = defineRoute({
  summary: 'Sign a browser out: one of your own, for an admin anybody’s.',
  operationId: 'sessionRevoke',
  tags: ['access'],
  access: 'viewer',
  input: z.object({ id: z.string().max(20) }),
  output: z.object({ closed: z.string() }),
  errors: { 404: ['NO_SUCH_SESSION'] },
  async run({ id }, context) {
    await context.access.sessions.signOut(await ownSession(id, context))
    return { closed: id }
  },
})
