import { expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startFixture } from './fixtures/start.ts'
import { serve } from './server.ts'

const CLIENTS = 500

/** A client that never ends its request. */
function slow(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST /api/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: app')
      resolve(socket)
    })
    socket.on('error', reject)
  })
}

test('five hundred clients that never end their request keep nobody else out, and are cut off', async () => {
  const { runtime } = await startFixture()
  const { url, port } = await runtime.start({ port: 0 })
  const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => slow(port ?? 0)))
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  for (let n = 0; n < 20; n++)
    expect((await fetch(`${url}/api/whoami`, { headers: { 'x-role': 'admin' } })).status).toBe(200)
  // The idle time-out of the server.
  await Promise.all(closed)
  expect((await fetch(`${url}/api/whoami`, { headers: { 'x-role': 'admin' } })).status).toBe(200)
  await runtime.stop(500)
}, 300_000)

test('headers of 30 kB are 431, and the next request is served', async () => {
  const { runtime } = await startFixture()
  const { url } = await runtime.start({ port: 0 })
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${url}/api/whoami`, { headers: { 'x-role': 'admin', ...headers } })).status
  expect(await status({ 'x-large': 'a'.repeat(30_000) })).toBe(431)
  expect(await status({})).toBe(200)
  await runtime.stop(500)
})

test('clients that connect again as soon as they are answered do not keep a timer waiting', async () => {
  const requests = 1000
  let served = 0
  const app = {
    fetch() {
      served += 1
      // As much work as a refused sign-in is.
      for (const end = performance.now() + 2; performance.now() < end; );
      return new Response('ok')
    },
  }
  const server = await serve({ app: app as never, port: 0, abortStreams: () => {} })
  let seen = 0
  let most = 0
  const every = setInterval(() => {
    most = Math.max(most, served - seen)
    seen = served
  }, 1)
  const crowd = Bun.spawn([process.execPath, fileURLToPath(import.meta.resolve('./fixtures/crowd.ts'))], {
    env: { PORT: String(server.port), REQUESTS: String(requests) },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  await crowd.exited
  clearInterval(every)
  expect([crowd.exitCode, served]).toEqual([0, requests])
  // Between one call of the timer and the next.
  expect(most).toBeLessThan(50)
  await server.stop(500)
}, 120_000)
