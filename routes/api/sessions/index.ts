import { z } from 'zod'
import { Session, sessionView } from '#lib/api/access.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Browsers that are signed in: your own, for an admin those of everybody.',
  operationId: 'sessions',
  tags: ['access'],
  output: z.object({ items: z.array(Session) }),
  async run(_, { access, actor, request }) {
    const current = request === undefined ? null : await access.sessionId(request)
    const whose = actor.role === 'admin' ? null : actor.name
    // A token or a proxy's user may bear the name of someone who has sessions.
    if (whose !== null && actor.kind !== 'session') return { items: [] }
    return { items: (await access.sessions.list(whose)).map((record) => sessionView(record, current)) }
  },
})
