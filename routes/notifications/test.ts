import { z } from 'zod'
import { triedView } from '#lib/api/incidents.ts'
import { defineRoute } from '#lib/services.ts'
import { notificationsBody } from './_view.tsx'

export const POST = defineRoute({
  summary: 'Send a test message to a channel.',
  access: 'operator',
  form: true,
  audit: 'notifyTest',
  input: z.object({ channel: z.string().min(1).max(100) }),
  async run({ channel }, context) {
    const tried = await triedView(context.telling, context.actor.name, channel)
    return context.page({ title: 'Notifications', body: await notificationsBody(context, tried) })
  },
})
