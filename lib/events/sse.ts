import type { Subscription } from './subscription.ts'
import { type Clock, systemClock } from './types.ts'

export const SSE_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  // nginx buffers event streams otherwise.
  'X-Accel-Buffering': 'no',
} as const

export interface SseOptions {
  readonly subscription: Subscription
  /** Of `hello`, beside the boot id and the time. */
  readonly version: string
  readonly role: string
  /** The request's: a client that went away. The caller also switches off the server's idle time-out of this request. */
  readonly signal?: AbortSignal
  /** Asked at each heartbeat; false ends the stream (logged out, role taken away). A throw ends it too. */
  readonly stillAllowed?: () => boolean | Promise<boolean>
  readonly clock?: Clock
  readonly heartbeatMs?: number
  /** The client comes back by itself, perhaps to a newer server. */
  readonly maxAgeMs?: number
  /** A client that has taken nothing for this long is gone, whatever TCP says. */
  readonly writeTimeoutMs?: number
}

/** A subscription as `text/event-stream`. Events are taken from it only as fast as the client reads. */
export function eventStream(options: SseOptions): Response {
  const { subscription, signal, clock = systemClock } = options
  const { heartbeatMs = 15_000, maxAgeMs = 3_600_000, writeTimeoutMs = 60_000 } = options
  const encoder = new TextEncoder()
  const startedAt = clock.now()
  let takenAt = startedAt
  let cancelHeartbeat = () => {}
  let done = false

  function cleanUp(): void {
    done = true
    cancelHeartbeat()
    signal?.removeEventListener('abort', cleanUp)
    subscription.close()
  }

  async function beat(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const allowed = await isAllowed(options.stillAllowed)
    if (done) return
    if (!allowed) return subscription.bye('not-allowed')
    if (clock.now() - startedAt >= maxAgeMs) return subscription.bye('max-age')
    const waits = (controller.desiredSize ?? 0) <= 0
    if (waits && clock.now() - takenAt >= writeTimeoutMs) {
      cleanUp()
      controller.error(new Error('The client has stopped reading the event stream.'))
      return
    }
    // While something waits to be read there is no need to show that the stream lives, and no room.
    if (!waits) {
      takenAt = clock.now()
      controller.enqueue(encoder.encode(HEARTBEAT))
    }
    cancelHeartbeat = clock.after(heartbeatMs, () => void beat(controller))
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const hello = {
        bootId: subscription.bootId,
        version: options.version,
        asOf: new Date(startedAt).toISOString(),
        role: options.role,
      }
      const frame = formatFrame({ event: 'hello', data: JSON.stringify(hello), id: subscription.startId })
      controller.enqueue(encoder.encode(RETRY + frame))
      // `abort` has no replay: a request that was gone before we came here is noticed only by asking.
      if (signal?.aborted) return cleanUp()
      signal?.addEventListener('abort', cleanUp)
      cancelHeartbeat = clock.after(heartbeatMs, () => void beat(controller))
    },
    async pull(controller) {
      takenAt = clock.now()
      const event = await subscription.next()
      if (event) {
        const id = `${subscription.bootId}-${event.number}`
        controller.enqueue(encoder.encode(formatFrame({ event: event.type, data: event.data, id })))
        return
      }
      cleanUp()
      controller.close()
    },
    cancel: cleanUp,
  })
  return new Response(body, { headers: SSE_HEADERS })
}

async function isAllowed(ask: SseOptions['stillAllowed']): Promise<boolean> {
  try {
    return ask ? await ask() : true
  } catch {
    // A session that cannot be checked counts as none; the client logs in again and gets the reason there.
    return false
  }
}

interface Frame {
  readonly event: string
  /** JSON text. */
  readonly data: string
  readonly id: string | null
}

/** One event as it goes over the wire. JSON text has no line ends, but a stray one must not be able to forge a field. */
export function formatFrame({ event, data, id }: Frame): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `event: ${oneLine(event)}\n${id === null ? '' : `id: ${oneLine(id)}\n`}${lines.join('')}\n`
}

const RETRY = 'retry: 3000\n\n'
/** A comment: it keeps proxies and Bun's idle timer from cutting a quiet stream. */
const HEARTBEAT = ': hb\n\n'

const oneLine = (text: string) => text.replace(/[\r\n\0]/g, ' ')
