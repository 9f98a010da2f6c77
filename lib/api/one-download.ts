import { callerKey } from '#lib/runtime/actor.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { tooMany } from '#lib/runtime/problem.ts'

const under = new Set<string>()

/**
 * Text of any length as an answer, made page by page as fast as the client reads; one at a time for each caller. It is
 * over, and the next one may begin, when it was read to its end or nobody reads it any more.
 * @throws Problem 429 RATE_LIMITED
 */
export function oneDownload(
  { actor, signal, log }: Pick<InvocationContext, 'actor' | 'signal' | 'log'>,
  pages: AsyncIterator<string>,
  headers: Readonly<Record<string, string>>,
): Response {
  const caller = callerKey(actor)
  if (under.has(caller)) return tooMany('A download of yours is under way; wait for its end, or stop it.', 5)
  under.add(caller)
  const encoder = new TextEncoder()
  let done = false
  function end(): void {
    if (done) return
    done = true
    signal.removeEventListener('abort', end)
    under.delete(caller)
  }
  // Of a client that has gone by now nothing more would be heard.
  if (signal.aborted) end()
  else signal.addEventListener('abort', end)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const page = done ? ({ done: true } as const) : await pages.next()
          if (page.done !== true) return controller.enqueue(encoder.encode(page.value))
          end()
          controller.close()
        } catch (error) {
          // The status was sent: that something is missing can only be told by an end that is none.
          end()
          log(
            'error',
            `A download ended before its end: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
          )
          controller.error(error)
        }
      },
      cancel: end,
    },
    // Nothing is made before it is asked for.
    { highWaterMark: 0 },
  )
  return new Response(body, { headers })
}
