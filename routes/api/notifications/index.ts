import { Notifications, notificationsView } from '#lib/api/incidents.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Where messages go, whether they arrive, and what was sent.',
  operationId: 'notifications',
  tags: ['incidents'],
  output: Notifications,
  async run(_, { telling, store }) {
    return notificationsView(telling.overview(), await store.waitingCount(), await store.messages(50))
  },
})
