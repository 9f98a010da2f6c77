import { sleep } from '#lib/host/environment.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { call } from './http.ts'
import { DeliveryFailed } from './message.ts'
import { upToBytes } from './plain.ts'
import type { PingConfig } from './settings.ts'

/** What is said to a service that raises an alarm when nothing is said. */
interface Ping {
  /** fail: the check could not be completed; for `by: health`, something is BROKEN. */
  readonly phase: 'start' | 'success' | 'fail'
  /** UUID of the check: its start and its end are told to belong together. */
  readonly rid: string
  /** What was found, plain text. */
  readonly body: string
  /** How long the check took; null at its start. */
  readonly seconds: number | null
}

/** What came of it. `failed`: why, in a sentence without a secret; null where it was taken. */
interface PingResult {
  /** Host of the service, for sentences. */
  readonly host: string
  readonly failed: string | null
}

interface Tries {
  readonly signal?: AbortSignal
  /** Only tests give others, ms. */
  readonly timeoutMs?: number
  readonly pauseMs?: number
}

const TRIES = 3
const PAUSE_MS = 1000
const MOST_OF_BODY = 10_000
const MOST_OF_WORDS = 200

/** Calls one dead man's switch, three times at most. Never throws: no check waits for, or fails with, its switch. */
export async function ping(config: PingConfig, said: Ping, tries: Tries = {}): Promise<PingResult> {
  const { signal = new AbortController().signal, pauseMs = PAUSE_MS, ...around } = tries
  const { host } = new URL(config.url)
  const request = config.kind === 'healthchecks' ? healthchecks(config.url, said) : uptimeKuma(config.url, said)
  // Uptime Kuma knows no start.
  if (request === null) return { host, failed: null }
  for (let left = TRIES; ; left--) {
    try {
      await call({ ...request, secrets: [config.url] }, { ...around, signal })
      return { host, failed: null }
    } catch (error) {
      const failed = error instanceof DeliveryFailed ? error.message : `${host} could not be called.`
      if (left <= 1 || signal.aborted) return { host, failed }
      await sleep(pauseMs, signal)
    }
  }
}

type Request = Omit<Parameters<typeof call>[0], 'secrets'>

/** `…/start`, the address itself, `…/fail`; the body is kept beside the ping. */
function healthchecks(address: string, { phase, rid, body }: Ping): Request {
  const url = new URL(address)
  if (phase !== 'success') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${phase}`
  url.searchParams.set('rid', rid)
  return {
    method: 'POST',
    url: url.href,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: upToBytes(body, MOST_OF_BODY),
  }
}

/** A push monitor: `?status=up&msg=…&ping=…`, the last one in milliseconds. */
function uptimeKuma(address: string, { phase, body, seconds }: Ping): Request | null {
  if (phase === 'start') return null
  const url = new URL(address)
  url.searchParams.set('status', phase === 'success' ? 'up' : 'down')
  url.searchParams.set(
    'msg',
    cleanLine(body.split('\n')[0] ?? '', MOST_OF_WORDS) || (phase === 'success' ? 'OK' : 'failed'),
  )
  url.searchParams.set('ping', seconds === null ? '' : String(Math.round(seconds * 1000)))
  return { method: 'GET', url: url.href }
}
