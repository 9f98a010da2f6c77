import { describe, expect, test } from 'bun:test'
import { receiver } from './channels/receiver.fixture.ts'
import { ping } from './deadman.ts'
import type { PingConfig } from './settings.ts'

const RID = '5c3b7d1e-95a4-4a8f-8d61-0f6a3c1f2b44'
const said = { rid: RID, body: '64 datasets: 62 healthy, 2 broken\nL1S4DAT1: backup ahead', seconds: 12.3456 }
const quick = { pauseMs: 1, timeoutMs: 10_000 }
const config = (url: string, kind: PingConfig['kind'] = 'healthchecks'): PingConfig => ({ url, kind, by: 'check' })

describe("a dead man's switch", () => {
  test('in the form of Healthchecks: start, success, fail', async () => {
    using there = receiver()
    for (const phase of ['start', 'success', 'fail'] as const)
      expect(await ping(config(`${there.url}/uuid/`), { ...said, phase }, quick)).toEqual({
        host: there.url.replace('http://', ''),
        failed: null,
      })
    expect(there.received.map(({ method, path }) => [method, path])).toEqual([
      ['POST', `/uuid/start?rid=${RID}`],
      ['POST', `/uuid/?rid=${RID}`],
      ['POST', `/uuid/fail?rid=${RID}`],
    ])
    expect(there.received[1]?.body).toBe(said.body)
  })

  test('in the form of Uptime Kuma: up and down; the query that its page shows is replaced', async () => {
    using there = receiver()
    const monitor = config(`${there.url}/api/push/t0ken?status=up&msg=OK&ping=`, 'uptime_kuma')
    for (const phase of ['start', 'success', 'fail'] as const)
      expect((await ping(monitor, { ...said, phase }, quick)).failed).toBeNull()
    expect(there.received.map(({ method }) => method)).toEqual(['GET', 'GET'])
    const queries = there.received.map(({ path }) => Object.fromEntries(new URL(path, there.url).searchParams))
    expect(queries).toEqual([
      { status: 'up', msg: '64 datasets: 62 healthy, 2 broken', ping: '12346' },
      { status: 'down', msg: '64 datasets: 62 healthy, 2 broken', ping: '12346' },
    ])
  })

  test('is given no more than 10 kB', async () => {
    using there = receiver()
    await ping(config(there.url), { ...said, phase: 'success', body: 'ä'.repeat(100_000) }, quick)
    expect(Buffer.byteLength(there.received[0]?.body ?? '')).toBeLessThanOrEqual(10_000)
  })

  test('is called three times, and what then is still wrong is said without its address', async () => {
    let calls = 0
    using there = receiver(() => new Response('no such check t0ken-of-it', { status: ++calls < 3 ? 503 : 404 }))
    const result = await ping(config(`${there.url}/t0ken-of-it`), { ...said, phase: 'success' }, quick)
    expect([calls, result.failed]).toEqual([3, `${result.host} answered 404.`])
    calls = -10
    using later = receiver(() => new Response('', { status: ++calls < -8 ? 500 : 200 }))
    expect((await ping(config(later.url), { ...said, phase: 'fail' }, quick)).failed).toBeNull()
    expect(later.received).toHaveLength(2)
  })

  test('that does not answer, or is not there, throws nothing', async () => {
    using silent = receiver(() => new Promise<Response>(() => {}))
    const slow = await ping(config(`${silent.url}/t0ken`), { ...said, phase: 'success' }, { pauseMs: 1, timeoutMs: 30 })
    expect(slow.failed).toBe(`${slow.host} did not answer within 0.03 s.`)
    const { url } = silent
    silent[Symbol.dispose]()
    const gone = await ping(config(url), { ...said, phase: 'success' }, quick)
    expect(gone.failed).toBe(`${gone.host} could not be reached: it refuses connections.`)
    const stopped = await ping(config(url), { ...said, phase: 'success' }, { ...quick, signal: AbortSignal.abort() })
    expect(stopped.failed).not.toBeNull()
  })
})
