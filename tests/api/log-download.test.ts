import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { LogQuery, LogRecord } from '#lib/db/types.ts'
import { type Fake, fakeServices } from './fake-services.ts'

setDefaultTimeout(600_000)

/** More than one download may have. */
const LINES = 25_000
let fake: Fake
let pages = 0
let longest = 0

beforeAll(async () => {
  fake = await fakeServices()
  const record = (id: number): LogRecord => ({
    id,
    at: id,
    level: 'info',
    component: 'engine',
    message: `line ${id}`,
    runId: null,
    datasetId: null,
    host: null,
    requestId: null,
    fields: {},
  })
  Object.assign(fake.services.store, {
    logStart: async (_: object, most: number) => LINES - most + 1,
    logs: async ({ after = 0, limit }: LogQuery) => {
      pages += 1
      longest = Math.max(longest, limit)
      const items = Array.from({ length: Math.min(limit, LINES - after) }, (_, n) => record(after + n + 1))
      return { items, nextCursor: after + items.length < LINES ? 'more' : null }
    },
  })
})
afterAll(() => expect(fake.world.errors).toEqual([]))

test('the newest 20,000 lines, oldest first, read page by page as they are taken', async () => {
  pages = 0
  const answer = await fake.admin('GET', '/logs/download')
  expect(answer.headers.get('content-disposition')).toMatch(/filename="zwitness-log-.*\.jsonl"/)
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  expect(String(new TextDecoder().decode(first?.value)).split('\n')[0]).toContain('"message":"line 5001"')
  // What nobody has asked for is not there yet.
  expect(pages).toBeLessThan(4)
  let lines = String(new TextDecoder().decode(first?.value)).split('\n').length - 1
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
    lines += new TextDecoder().decode(part.value).split('\n').length - 1
  expect([lines, longest]).toEqual([20_000, 200])
})

test('one at a time for each caller; the next when it has ended, was given up, or its client went away', async () => {
  const open = await fake.admin('GET', '/logs/download?as=text')
  const second = await fake.admin('GET', '/logs/download')
  expect([second.status, (await second.json()).code]).toEqual([429, 'RATE_LIMITED'])
  const other = await fake.remote('GET', '/logs/download')
  expect(other.status).toBe(200)
  await other.body?.cancel()
  await open.body?.cancel()
  const again = await fake.admin('GET', '/logs/download')
  expect(again.status).toBe(200)
  expect((await again.text()).endsWith('\n')).toBe(true)
  const head = await fake.admin('HEAD', '/logs/download')
  expect(head.status).toBe(200)
  const gone = new AbortController()
  const left = await fake.runtime.app.request('/logs/download', { signal: gone.signal })
  expect(left.status).toBe(200)
  gone.abort()
  const last = await fake.admin('GET', '/logs/download')
  expect(last.status).toBe(200)
  await last.body?.cancel()
})

test('a database that fails on the way ends the download as one that failed, and the next may begin', async () => {
  const fresh = await fakeServices()
  Object.assign(fresh.services.store, {
    logStart: async () => 1,
    logs: async () => {
      throw new Error('gone')
    },
  })
  const answer = await fresh.remote('GET', '/logs/download')
  expect(await answer.text().then(String, (error: Error) => error.message)).toBe('gone')
  expect((await fresh.remote('HEAD', '/logs/download')).status).toBe(200)
})
