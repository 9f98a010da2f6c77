import { expect, test } from 'bun:test'
import { fakeServices } from './fake-services.ts'

/** Reads until the text holds what is waited for; a stream that ends before is a failure. */
async function readUntil(response: Response, wanted: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('The answer has no body.')
  let text = ''
  while (!text.includes(wanted)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The stream ended before ${wanted}: ${text}`)
    text += value
  }
  await reader.cancel()
  return text
}

test('begins with hello, then tells what changes', async () => {
  const { admin, services } = await fakeServices()
  const response = await admin('GET', '/api/events?topics=dataset')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(response.headers.get('x-accel-buffering')).toBe('no')
  services.events.publish('host', { id: 'hqs7' })
  services.events.publish('dataset', { id: 'a' })
  const text = await readUntil(response, 'event: dataset')
  expect(text).toStartWith('retry: 3000')
  expect(text).toContain('"version":"0.1.0"')
  expect(text).toContain('"role":"ADMIN"')
  expect(text).not.toContain('event: host')
})

test('an id of another start is answered with resync', async () => {
  const { admin } = await fakeServices()
  const response = await admin('GET', '/api/events', undefined, { 'last-event-id': 'other-5' })
  expect(await readUntil(response, 'event: resync')).toContain('hello')
})

test('HEAD opens no stream, and a full house is 503', async () => {
  const { admin, services } = await fakeServices()
  expect((await admin('HEAD', '/api/events')).status).toBe(200)
  expect(services.events.clients()).toBe(0)
  services.events.close()
  const response = await admin('GET', '/api/events')
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30'])
})

test('one caller has ten streams, the others have theirs', async () => {
  const { admin, remote, services } = await fakeServices()
  const open = await Promise.all(Array.from({ length: 12 }, () => admin('GET', '/api/events')))
  const refused = open.filter(({ status }) => status === 503)
  expect(refused).toHaveLength(2)
  expect(await refused[0]?.json()).toMatchObject({ code: 'TOO_MANY_CLIENTS', detail: expect.stringContaining('10') })
  expect(services.events.clients()).toBe(10)
  const other = await remote('GET', '/api/events')
  expect(other.status).toBe(200)
  for (const response of [...open, other]) if (response.status === 200) await response.body?.cancel()
  expect(services.events.clients()).toBe(0)
})
