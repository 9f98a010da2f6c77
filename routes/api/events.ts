import { z } from 'zod'
import { Topic } from '#lib/api/topics.ts'
import { defineRoute } from '#lib/define.ts'
import { eventStream, SSE_HEADERS } from '#lib/events/sse.ts'
import { unavailable } from '#lib/runtime/index.ts'

export const GET = defineRoute({
  summary: 'What changes, as it changes (server-sent events).',
  description:
    'Begins with `hello`. `Last-Event-ID` is replayed where it is still known; else `resync`: read /api/status and ' +
    '/api/datasets anew. Ends with `bye`. A comment every 15 s shows that the stream lives.',
  operationId: 'events',
  tags: ['events'],
  input: z.object({
    topics: z.array(Topic).optional().describe('Without it everything but `log`.'),
    runId: z.string().max(20).optional().describe('Of `log` and `progress` only those of this run.'),
  }),
  produces: 'text/event-stream',
  errors: { 503: ['TOO_MANY_CLIENTS', 'SHUTTING_DOWN'] },
  run({ topics, runId }, { events, access, about, actor, request, signal, keepOpen }) {
    if (request?.method === 'HEAD') return new Response(null, { headers: SSE_HEADERS })
    const subscription = events.subscribe({
      lastEventId: request?.headers.get('last-event-id') ?? null,
      topics: topics?.length ? new Set(topics) : null,
      runId: runId ?? null,
    })
    if (subscription === null) {
      return unavailable('Too many clients watch already; poll /api/status instead.', 'TOO_MANY_CLIENTS', 30)
    }
    keepOpen()
    return eventStream({
      subscription,
      version: about.version,
      role: actor.role.toUpperCase(),
      signal,
      stillAllowed: () => request === undefined || access.stillAllowed(request, actor),
    })
  },
})
