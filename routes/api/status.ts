import { weakTag } from '#lib/api/fields.ts'
import { Status, statusView } from '#lib/api/status.ts'
import { reply } from '#lib/runtime/reply.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'How everything stands, on one small page.',
  description: 'For wallboards and health scripts. Send `If-None-Match`: 304 as long as nothing has changed.',
  operationId: 'status',
  tags: ['status'],
  output: Status,
  etag: true,
  async run(_, context) {
    const body = await statusView(context, context.now())
    const { uptimeSeconds: _own, ...witness } = body.witness
    return reply(200, body, { ETag: weakTag({ ...body, witness }) })
  },
})
