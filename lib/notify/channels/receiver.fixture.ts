import type { Message } from '../message.ts'
import type { ChannelConfig } from '../settings.ts'
import { openChannel } from './all.ts'

/** A message about one dataset. */
export function message(change: Partial<Message> = {}): Message {
  return {
    id: '0b54a1c6-6a0f-4d0a-9f43-0d3f6a5c8e10',
    incidentId: 'b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77',
    event: 'dataset.broken',
    severity: 'critical',
    state: 'FIRING',
    previousState: null,
    title: '[BROKEN] L1S4DAT1 HQS10→HQS7: backup ahead, 26 d behind',
    paragraphs: ['HQS7 holds 3 snapshots HQS10 does not have.', 'Preview the repair.'],
    datasets: [{ id: 'hq10-7.L1S4DAT1', primary: 'HQS10:hqs10p1/L1S4DAT1', backup: 'HQS7:hqs7p1/L1S4DAT1' }],
    datasetCount: 1,
    reason: {
      code: 'BACKUP_AHEAD',
      message: 'HQS7 holds 3 snapshots HQS10 does not have.',
      action: 'Preview the repair.',
    },
    pairs: ['HQS10 → HQS7'],
    at: Date.UTC(2025, 11, 5, 14, 32, 10),
    since: Date.UTC(2025, 10, 8, 15, 2),
    durationSeconds: null,
    lagSeconds: 2_246_400,
    runId: '1842',
    path: '/incidents/b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77',
    suppressed: false,
    ...change,
  }
}

export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

/** Takes what is sent over HTTP on loopback, and answers what it is told to. */
export function receiver(answer: (request: Received) => Response | Promise<Response> = () => new Response('ok')) {
  const received: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const one = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      }
      received.push(one)
      return answer(one)
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, received, [Symbol.dispose]: () => void server.stop(true) }
}

/** Stands in every address and token below: no sentence may hold it. */
export const TOKEN = 'Zx81-kvq7Ho0pT4nWmB2'

/** Of each type that speaks HTTP: settings with a receiver for its service. */
export const OVER_HTTP: Readonly<Record<string, (url: string) => ChannelConfig['settings']>> = {
  webhook: (url) => ({
    url: `${url}/hook/${TOKEN}`,
    token: TOKEN,
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  }),
  ntfy: (url) => ({ url: `${url}/alerts`, token: TOKEN }),
  slack: (url) => ({ url: `${url}/services/T0/B0/${TOKEN}` }),
  discord: (url) => ({ url: `${url}/api/webhooks/1/${TOKEN}` }),
  teams: (url) => ({ url: `${url}/workflows/1?sig=${TOKEN}` }),
  gotify: (url) => ({ url: `${url}/`, token: TOKEN }),
  telegram: (url) => ({ url, token: `123456:${TOKEN}`, chat_id: '-1001234567890' }),
  apprise: (url) => ({ url: `${url}/notify/${TOKEN}`, tag: 'ops' }),
}

/** Delivers one message through a channel of this type with these settings. */
export function deliver(
  type: string,
  settings: ChannelConfig['settings'],
  one: Message = message(),
  around: { readonly publicUrl?: string | null; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { publicUrl = 'https://witness.example', signal = new AbortController().signal, ...rest } = around
  const config = {
    name: type,
    type,
    minSeverity: 'warning',
    events: null,
    pairs: null,
    quietHours: null,
    critical: true,
  } as const
  return openChannel({ ...config, settings }, { publicUrl, ...rest }).deliver(one, signal)
}
