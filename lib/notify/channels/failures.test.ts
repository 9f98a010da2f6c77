import { describe, expect, test } from 'bun:test'
import { DeliveryFailed } from '../message.ts'
import { certificate } from './mail-server.fixture.ts'
import { deliver, message, OVER_HTTP, receiver, TOKEN } from './receiver.fixture.ts'

type Around = Parameters<typeof deliver>[3]

/** Why a channel did not take it; an Error where it did. */
async function failed(type: string, url: string, around: Around = {}, more: object = {}): Promise<DeliveryFailed> {
  const settings = { ...OVER_HTTP[type]?.(url), ...more }
  const error = await deliver(type, settings, message(), around).then(
    () => new Error('It was delivered.'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof DeliveryFailed)) throw error
  // No sentence holds what the addresses and headers are secret for.
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(
    TOKEN.slice(2, 12),
  )
  expect(error.message).toContain(new URL(url).host)
  return error
}

const ALL = Object.keys(OVER_HTTP)
const answers = (status: number, body = '', headers: Record<string, string> = {}) =>
  receiver(() => new Response(body, { status, headers }))

/** How one sign may be written. */
const WRITTEN: readonly ((code: number) => string)[] = [
  (code) => `%${code.toString(16)}`,
  (code) => `\\u00${code.toString(16)}`,
  (code) => `&#${code};`,
  (code) => `&#x${code.toString(16)};`,
]

describe.each(ALL)('%s', (type) => {
  test.each([
    [400, 'bad request', true],
    [401, 'who are you', true],
    [403, '', true],
    [404, 'no such thing', true],
    [410, '', true],
    [413, 'too much', false],
    [422, 'not like this', false],
    [429, 'slower', true],
    [500, 'oh no', true],
    [503, '', true],
  ])('an answer of %i (%s): a later try may help: %p', async (status, words, retryable) => {
    using there = answers(status, words)
    const { host } = new URL(there.url)
    const { message, ...rest } = await failed(type, there.url)
    expect([message, rest.retryable]).toEqual([
      `${host} answered ${status}${words === '' ? '.' : `: ${words}`}`,
      retryable,
    ])
  })

  test('a redirect is not followed: what is secret would go along', async () => {
    using elsewhere = receiver()
    using there = answers(307, '', { location: `${elsewhere.url}/${TOKEN}` })
    expect((await failed(type, there.url)).message).toContain('answered 307: it sends elsewhere, which is not followed')
    expect(elsewhere.received).toEqual([])
  })

  test('words that hold a piece of the token, however written, are kept back', async () => {
    for (const words of [
      `bad token ${TOKEN}`,
      `no ${TOKEN.slice(3, 12).toUpperCase()}`,
      ...WRITTEN.map((sign) => `x ${[...TOKEN].map((each) => sign(each.charCodeAt(0))).join('')}`),
      `login me:${Buffer.from(`me:${TOKEN}`).toString('base64')}`,
      Buffer.from(TOKEN).toString('hex'),
    ]) {
      using there = answers(404, words)
      // A topic of ntfy is no token; a token of its own it has.
      expect((await failed(type, there.url)).message).toBe(`${new URL(there.url).host} answered 404.`)
    }
  })

  test('a page of HTML, control signs, a megabyte: one short line of it is told', async () => {
    for (const body of ['\u001b[31m<html>\nsecond line', `${'x'.repeat(1_000_000)}`, '\u0000\u0001']) {
      using there = answers(502, body)
      const { message: told } = await failed(type, there.url)
      expect(told.length).toBeLessThan(300)
      expect(told).not.toMatch(/(?!\n)\p{Cc}|second line/u)
    }
  })

  test('no answer in time; one that begins and does not end; one that is broken off', async () => {
    using silent = receiver(() => new Promise<Response>(() => {}))
    expect((await failed(type, silent.url, { timeoutMs: 30 })).message).toContain('did not answer within 0.03 s')
    using slow = receiver(() => new Response(new ReadableStream({ start: (out) => out.enqueue(Buffer.from('.')) })))
    expect((await failed(type, slow.url, { timeoutMs: 100 })).message).toContain('did not answer within 0.1 s')
    const { message: told } = await failed(type, silent.url, { signal: AbortSignal.abort() })
    expect(told).toContain('was broken off')
  })

  test('nobody there', async () => {
    const { url, ...there } = receiver()
    there[Symbol.dispose]()
    expect((await failed(type, url)).message).toEndWith('could not be reached: it refuses connections.')
  })
})

test('an answer without end is not read to its end', async () => {
  let given = 0
  const endless = () =>
    new ReadableStream({
      pull(out) {
        given++
        out.enqueue(new Uint8Array(65_536).fill(120))
      },
    })
  using there = receiver(() => new Response(endless()))
  await deliver('webhook', OVER_HTTP.webhook?.(there.url) ?? {})
  expect(given).toBeLessThan(100)
})

test.each([
  ['120', 120],
  ['999999999', 3600],
  ['Fri, 05 Dec 2025 14:32:10 GMT', null],
])('Retry-After: %s is %p s', async (header, seconds) => {
  using there = answers(429, '', { 'retry-after': header })
  expect((await failed('discord', there.url)).retryAfterSeconds).toBe(seconds)
})

test('a certificate that nobody knows is refused; with its authority as ca_file it is not', async () => {
  using own = certificate()
  const received: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { key: own.key, cert: own.cert },
    async fetch(request) {
      received.push(await request.text())
      return new Response('ok')
    },
  })
  try {
    const url = `https://127.0.0.1:${server.port}`
    expect((await failed('webhook', url)).message).toEndWith('its certificate is signed by itself; name it as ca_file.')
    expect(received).toEqual([])
    await deliver('webhook', { ...OVER_HTTP.webhook?.(url), ca_file: own.file })
    expect(received).toHaveLength(1)
    const settings = { ...OVER_HTTP.webhook?.(url), ca_file: '/nowhere/ca.pem' }
    expect(deliver('webhook', settings)).rejects.toThrow('The file of ca_file, /nowhere/ca.pem, cannot be read.')
  } finally {
    await server.stop(true)
  }
})
