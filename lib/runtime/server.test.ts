import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type NetConnectOpts } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Peer, peerOf } from './actor.ts'
import type { Around } from './around.ts'
import { actorOf, startFixture } from './fixtures/start.ts'

let folder: string
let socket: string
const stops: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runtime-server-'))
  socket = join(folder, 'app.sock')
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
  await rm(folder, { recursive: true })
})

async function listen(around: Partial<Around> = {}) {
  const peers: Peer[] = []
  const identify = (_request: Request, peer: Peer) => {
    peers.push(peer)
    return actorOf('admin')
  }
  const fixture = await startFixture({ identify, ...around })
  const served = await fixture.runtime.start({ port: 0, unixSocket: socket })
  stops.push(() => fixture.runtime.stop(500))
  return { ...fixture, served, peers, url: served.url ?? '' }
}

test('the socket tells who is near: loopback over TCP, unix over the socket file of mode 0600', async () => {
  const { url, peers } = await listen()
  expect((await fetch(`${url}/api/whoami`)).status).toBe(200)
  expect((await fetch('http://localhost/api/whoami', { unix: socket })).status).toBe(200)
  expect(peers).toEqual([
    { kind: 'loopback', address: '127.0.0.1' },
    { kind: 'unix', address: null },
  ])
  expect((await stat(socket)).mode & 0o777).toBe(0o600)
})

test.each<[string, Peer]>([
  ['::ffff:127.0.0.1', { kind: 'loopback', address: '127.0.0.1' }],
  ['::1', { kind: 'loopback', address: '::1' }],
  ['127.8.0.1', { kind: 'loopback', address: '127.8.0.1' }],
  ['::ffff:10.0.0.7', { kind: 'remote', address: '10.0.0.7' }],
  ['fe80::1', { kind: 'remote', address: 'fe80::1' }],
])('%s', (address, peer) => {
  const server = { requestIP: () => ({ address }), timeout: () => undefined }
  expect(peerOf(new Request('http://x/'), { server, socket: 'tcp' })).toEqual(peer)
})

test('a peer without an address is remote, a call without a server is internal', () => {
  const server = { requestIP: () => null, timeout: () => undefined }
  expect(peerOf(new Request('http://x/'), { server, socket: 'tcp' }).kind).toBe('remote')
  expect(peerOf(new Request('http://x/'), undefined).kind).toBe('internal')
})

test('over TCP only known host names are answered, over the unix socket any', async () => {
  const { url } = await listen({ allowedHost: (hostname) => hostname === 'witness.local' })
  const refused = await fetch(`${url}/healthz`, { headers: { host: 'evil.example:8080' } })
  const { code, detail } = await refused.json()
  expect([refused.status, code]).toEqual([421, 'BAD_HOST'])
  expect(detail).toContain('server.allowed_hosts')
  expect((await fetch(`${url}/healthz`, { headers: { host: 'Witness.local:8080' } })).status).toBe(200)
  expect((await fetch('http://evil.example/healthz', { unix: socket })).status).toBe(200)
})

test.each([
  'localhost:99999',
  'localhost:',
  'localhost:-1',
  '999.999.999.999',
  '[::1',
  '[::1::]:80',
  'a b',
  'local%00host',
  'user:password@localhost',
  'localhost/../x',
  'localhost?x',
  'xn--a',
])('a Host that is no address (%s) is refused at the door, whatever hosts are known', async (host) => {
  const errors: unknown[] = []
  const around = { allowedHost: () => true, onError: (error: unknown) => errors.push(error) }
  const { served } = await listen(around)
  for (const path of ['/', '/api/things?limit=5', '/nothing', '/healthz?x=%'])
    for (const where of [{ host: '127.0.0.1', port: served.port ?? 0 }, { path: socket }]) {
      const answer = await raw(where, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      // Bun itself refuses some; what comes through to us must not be an error of ours.
      expect(answer).toMatch(/^HTTP\/1\.1 (200|303|400|401|404|421) /)
    }
  expect(errors).toEqual([])
})

/** One request as it is written, whose answer ends with its connection. */
async function raw(where: NetConnectOpts, text: string): Promise<string> {
  const connection = connect(where)
  connection.write(text)
  let answer = ''
  for await (const bytes of connection) answer += String(bytes)
  return answer
}

test('a stream asks for no idle limit, and a stop ends it with its last words', async () => {
  const { runtime, app, url } = await listen()
  const limits: number[] = []
  const server = { requestIP: () => ({ address: '127.0.0.1' }), timeout: (_: Request, s: number) => limits.push(s) }
  await app.request('/api/events', {}, { server, socket: 'tcp' })
  expect(limits.at(-1)).toBe(0)

  const stream = await fetch(`${url}/api/events`)
  const text = stream.text()
  await runtime.stop(5000)
  expect(await text).toBe('event: hello\n\nevent: bye\n\n')
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  const after = await app.request('/healthz')
  expect([after.status, after.headers.get('retry-after')]).toEqual([503, '10'])
})

test('a stop lets an ordinary request finish', async () => {
  const { runtime, gate, url } = await listen()
  const waiting = fetch(`${url}/api/wait`)
  while (gate.waiting === 0) await Bun.sleep(5)
  const stopped = runtime.stop(5000)
  gate.open()
  expect(await (await waiting).json()).toEqual({ waited: true })
  await stopped
})

test('a stop cuts what does not finish in time', async () => {
  const { runtime, gate, url } = await listen()
  const waiting = fetch(`${url}/api/wait`)
  while (gate.waiting === 0) await Bun.sleep(5)
  await runtime.stop(50)
  await expect(waiting).rejects.toThrow()
})

test('a client that goes away, or asks for the head only, ends its stream', async () => {
  const { gate, url } = await listen()
  const leave = new AbortController()
  const stream = await fetch(`${url}/api/events`, { signal: leave.signal })
  await stream.body?.getReader().read()
  leave.abort()
  await gate.wait()

  const head = await startFixture({ identify: () => actorOf('viewer') })
  expect((await head.app.request('/api/events', { method: 'HEAD' })).status).toBe(200)
  await head.gate.wait()
})

test('a socket file without a process is replaced; one that answers, or is no socket, stays', async () => {
  // A listener whose file is left behind, as after a kill.
  const child = Bun.spawn(
    [
      process.execPath,
      '-e',
      `Bun.listen({ unix: ${JSON.stringify(socket)}, socket: { data() {} } }); console.log('up'); setInterval(() => {}, 1000)`,
    ],
    { stdout: 'pipe' },
  )
  await child.stdout.getReader().read()
  child.kill('SIGKILL')
  await child.exited
  expect((await stat(socket)).isSocket()).toBe(true)
  const { runtime } = await startFixture()
  await runtime.start({ port: null, unixSocket: socket })
  stops.push(() => runtime.stop(500))
  expect((await fetch('http://localhost/healthz', { unix: socket })).status).toBe(200)

  const second = await startFixture()
  await expect(second.runtime.start({ port: null, unixSocket: socket })).rejects.toThrow('Another process answers')
  const file = join(folder, 'notes.txt')
  await writeFile(file, 'mine')
  await expect(second.runtime.start({ port: null, unixSocket: file })).rejects.toThrow('is not a socket')
})

test('a port that is taken leaves nothing behind', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { runtime } = await startFixture()
  await expect(runtime.start({ port, unixSocket: socket })).rejects.toThrow()
  expect(runtime.scheduler.running).toBe(false)
  taken.close()
})
