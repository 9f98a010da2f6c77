import { afterEach, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { fakeClock } from './clock-fixture.ts'
import { createEventHub } from './hub.ts'
import { eventStream, formatFrame, SSE_HEADERS, type SseOptions } from './sse.ts'

type Options = Partial<Omit<SseOptions, 'subscription'>> & { readonly lastEventId?: string }

function streamOf(options: Options = {}) {
  const clock = fakeClock(Date.UTC(2026, 0, 1))
  const hub = createEventHub({ clock, bootId: 'boot' })
  const open = (again: Options = options) => {
    const subscription = hub.subscribe({ lastEventId: again.lastEventId ?? null })
    if (typeof subscription === 'string') throw new Error(`refused: ${subscription}`)
    return eventStream({ subscription, version: '1.2.0', role: 'viewer', clock, ...again })
  }
  return { clock, hub, open }
}

function readerOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const next = async () => {
    const { done, value } = await reader.read()
    return done ? null : new TextDecoder().decode(value)
  }
  return { next, cancel: () => reader.cancel() }
}
/** Lets what has been promised happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the stream', () => {
  test('has the headers that keep proxies from holding it back', () => {
    const response = streamOf().open()
    for (const [name, value] of Object.entries(SSE_HEADERS)) expect(response.headers.get(name)).toBe(value)
    expect(response.status).toBe(200)
  })

  test('begins with retry and hello, then sends events with their ids', async () => {
    const { hub, open } = streamOf()
    const { next } = readerOf(open())
    const hello = '{"bootId":"boot","version":"1.2.0","asOf":"2026-01-01T00:00:00.000Z","role":"viewer"}'
    expect(await next()).toBe(`retry: 3000\n\nevent: hello\nid: boot-0\ndata: ${hello}\n\n`)
    hub.publish('host', { id: 'hqs8', note: 'two\nlines' })
    expect(await next()).toBe('event: host\nid: boot-1\ndata: {"id":"hqs8","note":"two\\nlines"}\n\n')
  })

  test('replays after hello, which then has no id: cut off in between, nothing is skipped', async () => {
    const { hub, open } = streamOf()
    for (const n of [1, 2]) hub.publish('host', { n })
    const { next } = readerOf(open({ lastEventId: 'boot-1' }))
    expect(await next()).not.toContain('id: boot')
    expect(await next()).toBe('event: host\nid: boot-2\ndata: {"n":2}\n\n')
  })

  test('shows that it lives every 15 s, and ends with bye after an hour', async () => {
    const { clock, hub, open } = streamOf()
    const { next } = readerOf(open())
    await next()
    for (let beat = 1; beat < 240; beat++) {
      const pending = next()
      await settle()
      clock.advance(15_000)
      expect(await pending).toBe(': hb\n\n')
    }
    const last = next()
    await settle()
    clock.advance(15_000)
    expect(await last).toBe('event: bye\nid: boot-0\ndata: {"reason":"max-age"}\n\n')
    expect(await next()).toBeNull()
    expect([hub.clients(), clock.waiting()]).toEqual([0, 0])
  })

  test.each([
    ['is no longer allowed', () => false],
    ['cannot be checked', () => Promise.reject(new Error('store gone'))],
  ])('ends when its session %s', async (_, stillAllowed) => {
    const { clock, hub, open } = streamOf({ stillAllowed })
    const { next } = readerOf(open())
    await next()
    const last = next()
    clock.advance(15_000)
    expect(await last).toContain('data: {"reason":"not-allowed"}')
    expect(await next()).toBeNull()
    expect(hub.clients()).toBe(0)
  })

  test('ends with bye at a shutdown', async () => {
    const { clock, hub, open } = streamOf()
    const { next } = readerOf(open())
    await next()
    const last = next()
    hub.close()
    expect(await last).toContain('event: bye')
    expect(await next()).toBeNull()
    expect(clock.waiting()).toBe(0)
  })

  test('takes no event that the client has not read the one before of', async () => {
    const { hub, open } = streamOf()
    const response = open()
    for (let n = 1; n <= 300; n++) hub.publish('host', { n })
    await settle()
    const { next } = readerOf(response)
    expect(await next()).toContain('event: hello')
    // 200 were queued, so the 201st made it a resync: had the stream taken them all, there would be 300 frames in memory.
    expect(await next()).toContain('event: resync')
    expect(await next()).toContain('{"n":202}')
  })
})

describe('a client that goes', () => {
  test('by cancelling leaves nothing behind', async () => {
    const { clock, hub, open } = streamOf()
    const { next, cancel } = readerOf(open())
    await next()
    await cancel()
    expect([hub.clients(), clock.waiting()]).toEqual([0, 0])
  })

  test('by its request leaves nothing behind, also if it had gone before', async () => {
    const { clock, hub, open } = streamOf()
    const gone = new AbortController()
    open({ signal: gone.signal })
    expect(hub.clients()).toBe(1)
    gone.abort()
    expect([hub.clients(), clock.waiting()]).toEqual([0, 0])
    open({ signal: AbortSignal.abort() })
    expect([hub.clients(), clock.waiting()]).toEqual([0, 0])
  })

  test('by no longer reading is cut off after a minute, but not for having been quiet before', async () => {
    const { clock, hub, open } = streamOf()
    const { next } = readerOf(open())
    await next()
    for (let minute = 0; minute < 3; minute++) {
      const pending = next()
      await settle()
      clock.advance(15_000)
      await pending
    }
    hub.publish('host', { n: 1 })
    hub.publish('host', { n: 2 })
    for (let beat = 0; beat < 3; beat++) {
      await settle()
      clock.advance(15_000)
      await settle()
      expect(hub.clients()).toBe(1)
    }
    clock.advance(15_000)
    await settle()
    expect([hub.clients(), clock.waiting()]).toEqual([0, 0])
  })
})

describe('over a real connection', () => {
  const endings: (() => void)[] = []
  afterEach(() => {
    for (const end of endings.splice(0)) end()
  })

  test('a dropped socket ends the subscription', async () => {
    const { hub, open } = streamOf()
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch(request, own) {
        own.timeout(request, 0)
        return open({ signal: request.signal })
      },
    })
    endings.push(() => void server.stop(true))
    const socket = connect(server.port ?? 0, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: witness\r\n\r\n')
    let text = ''
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      text += String(chunk)
      if (text.includes('event: hello')) break
    }
    expect(text.toLowerCase()).toContain('content-type: text/event-stream')
    expect(hub.clients()).toBe(1)
    socket.destroy()
    while (hub.clients() > 0) await Bun.sleep(5)
    expect(hub.clients()).toBe(0)
  })
})

test('a frame cannot be forged by what stands in it', () => {
  const frame = formatFrame({ event: 'host\ndata: x', data: 'a\r\nevent: bye\rid: 9', id: 'b\nretry: 1' })
  expect(frame).toBe('event: host data: x\nid: b retry: 1\ndata: a\ndata: event: bye\ndata: id: 9\n\n')
})
