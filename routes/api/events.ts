import { z } from 'zod'
import { Topic } from '#lib/api/words.ts'
import type { NoPlace } from '#lib/events/hub.ts'
import { eventStream, SSE_HEADERS } from '#lib/events/sse.ts'
import { callerKey, mayAccess } from '#lib/runtime/actor.ts'
import { unavailable } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'

const NO_PLACE: Readonly<Record<NoPlace, string>> = {
  yours: 'You have 10 event streams open already, which is the most; close one, or poll /api/status instead.',
  all: 'Too many clients watch already; poll /api/status instead.',
  closed: 'The server is stopping; poll /api/status instead.',
}

export const GET = defineRoute({
  summary: 'What changes, as it changes (server-sent events).',
  description:
    'Begins with `hello`. `Last-Event-ID` is replayed where it is still known; else `resync`: read /api/status and ' +
    '/api/datasets anew. Ends with `bye`. A comment every 15 s shows that the stream lives. ' +
    'At most 10 of one caller and 200 in all; where all are taken, an admin takes the place of another one.',
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
      owner: callerKey(actor),
      mayDisplace: mayAccess(actor.role, 'admin'),
    })
    if (typeof subscription === 'string') return unavailable(NO_PLACE[subscription], 'TOO_MANY_CLIENTS', 30)
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
