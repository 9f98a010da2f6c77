import { z } from 'zod'
import { ownSession } from '#lib/api/access.ts'
import { defineRoute } from '#lib/services.ts'
import { onAccount } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Sign other browsers out.',
  access: 'viewer',
  form: true,
  audit: 'sessionRevoke',
  input: z.object({ id: z.string().max(20).optional(), others: z.boolean().optional() }),
  run: ({ id, others }, context) =>
    onAccount(context, async () => {
      const { access, actor, request } = context
      if (id !== undefined) {
        await access.sessions.signOut(await ownSession(id, context))
        return { done: 'That browser is signed out.' }
      }
      if (!others || actor.kind !== 'session' || request === undefined) return {}
      const count = await access.sessions.closeAll(actor.name, await access.sessionId(request))
      return { done: `Signed out: ${count} other ${count === 1 ? 'session' : 'sessions'}.` }
    }),
})
