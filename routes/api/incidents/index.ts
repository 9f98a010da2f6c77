import { z } from 'zod'
import { NextCursor } from '#lib/api/fields.ts'
import { Incident, incidentFields, incidentView, Pending, pendingViews } from '#lib/api/incidents.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What is out of order and was told, newest first.',
  description: 'One incident is one cause. `pending` is what was seen too seldom or too shortly to be told.',
  operationId: 'incidents',
  tags: ['incidents'],
  input: z.object(incidentFields),
  output: z.object({ items: z.array(Incident), pending: z.array(Pending), nextCursor: NextCursor }),
  errors: { 400: ['BAD_CURSOR'] },
  async run({ state, ...query }, { store, telling }) {
    const page = await withRefusals(() => store.incidents({ ...query, ...(state?.length ? { state } : {}) }))
    return {
      items: page.items.map(incidentView),
      pending: pendingViews(telling.book().cases.values()),
      nextCursor: page.nextCursor,
    }
  },
})
