import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { certificate, mailServer } from '#lib/notify/channels/mail-server.fixture.ts'
import { type Received, receiver } from '#lib/notify/channels/receiver.fixture.ts'
import type { InProcess } from '#tests/app/in-process.ts'
import { World } from '#tests/app/world.ts'
import { until } from '#tests/witness/until.ts'

setDefaultTimeout(600_000)

/* A whole witness, real ssh to simulated SANs, real receivers on loopback. Only its clock is moved. */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

let world: World
const open: (() => unknown)[] = []
afterEach(async () => {
  await world.close()
  for (const close of open.splice(0).reverse()) await close()
})

/** One that takes webhooks; `verified`: those whose signature is right, as their receivers see them. */
function hook(answer?: (request: Received) => Response) {
  const one = receiver(answer)
  open.push(() => one[Symbol.dispose]())
  const verify = ({ body, headers }: Received) =>
    new Webhook(SECRET).verify(body, Object.fromEntries(headers)) as Readonly<Record<string, unknown>>
  return { ...one, verified: () => one.received.map(verify) }
}

interface Told {
  readonly url: string
  /** Further lines of the configuration, below `channels:`. */
  readonly more?: readonly string[]
}

async function witness(names: readonly string[], { url, more = [] }: Told): Promise<InProcess> {
  const yaml = world.yaml({
    datasets: Object.fromEntries(names.map((name) => [name, {}])),
    defaults: { auto_repair: false, primary_max_age_hours: 0 },
    limits: { retries: 0 },
  })
  const told = [
    'notifications:',
    '  channels:',
    `    - { name: hook, type: webhook, url: "${url}", secret: "${SECRET}" }`,
    ...more,
  ]
  return world.app(`${yaml}${told.join('\n')}\n`)
}

/** One look at everything, and what is to be told of it written. */
async function look(app: InProcess): Promise<void> {
  await app.scan()
  await app.app.teller.tick()
}

/** So much later: what is due is written, and what may be sent has been. */
async function later(app: InProcess, ms: number): Promise<void> {
  world.later(app, ms)
  await app.app.teller.tick()
  await app.app.teller.outbox.send()
}

/** Two looks and the minute in which messages are collected. */
async function seenTwice(app: InProcess): Promise<void> {
  for (let times = 0; times < 2; times++) {
    await look(app)
    await later(app, 5 * MINUTE)
  }
}

const titles = (messages: readonly Readonly<Record<string, unknown>>[]) => messages.map(({ title }) => title)

test('a dataset breaks: one message; a person repairs it: one that says so; then silence', async () => {
  world = await World.open()
  world.dataset('one', 3)
  const chat = hook()
  const app = await witness(['one'], { url: chat.url })
  await seenTwice(app)
  await seenTwice(app)
  expect(chat.received).toHaveLength(1)
  expect(chat.verified()[0]).toMatchObject({
    version: 1,
    event: 'dataset.broken',
    severity: 'critical',
    state: 'FIRING',
    dataset: { id: world.id('one') },
  })
  const { body: run } = await app.post(`/api/datasets/${world.id('one')}/run`, { mode: 'REPAIR' })
  await app.ended(run.id)
  await seenTwice(app)
  await later(app, HOUR)
  expect(chat.received).toHaveLength(2)
  const [broken, recovered] = chat.verified()
  expect(recovered).toMatchObject({
    event: 'dataset.recovered',
    state: 'RESOLVED',
    incidentId: broken?.incidentId,
    runId: run.id,
  })
  expect(chat.received[1]?.body).toContain(`Repair #${run.id} by `)
  const { items } = await app.get('/api/incidents?open=false')
  expect(items[0]).toMatchObject({ state: 'RESOLVED', endedBy: { kind: 'run', runId: run.id } })
})

test('twenty break with one host: one message, and one when they are whole again', async () => {
  world = await World.open()
  const names = Array.from({ length: 20 }, (_, index) => `d${index}`)
  for (const name of names) world.dataset(name, 1)
  const chat = hook()
  const app = await witness(names, { url: chat.url })
  await seenTwice(app)
  expect(titles(chat.verified())).toEqual([expect.stringContaining('20 datasets')])
  for (const name of names) world.copy(name, 's1')
  await seenTwice(app)
  await later(app, HOUR)
  expect(chat.received).toHaveLength(2)
})

test('a SAN comes and goes: one message that says so, whatever its datasets do', async () => {
  world = await World.open()
  world.dataset('one', 2, { onBackup: 2 })
  const chat = hook()
  const app = await witness(['one'], { url: chat.url })
  await look(app)
  for (let round = 0; round < 3; round++) {
    await world.backup.stop()
    await look(app)
    await later(app, 5 * MINUTE)
    await world.backup.start()
    await look(app)
    await later(app, 5 * MINUTE)
  }
  expect(titles(chat.verified())).toEqual([expect.stringMatching(/^\[FLAPPING\] back/)])
})

test('acknowledged: silence, and its end once', async () => {
  world = await World.open()
  world.dataset('one', 2)
  const chat = hook()
  const app = await witness(['one'], { url: chat.url })
  await look(app)
  await app.post(`/api/datasets/${world.id('one')}/ack`, { reason: 'I know' })
  await seenTwice(app)
  for (let times = 0; times < 4; times++) await later(app, 5 * HOUR)
  expect(chat.received).toEqual([])
  const { items } = await app.get('/api/incidents?open=true')
  expect(items.map(({ state }: { state: string }) => state)).toEqual(['ACKED'])
  world.copy('one', 's2')
  await seenTwice(app)
  await later(app, HOUR)
  expect(titles(chat.verified())).toEqual([expect.stringMatching(/^\[RECOVERED\]/)])
})

test('a channel is down for two hours: the message arrives once, and meanwhile the witness says that it cannot send', async () => {
  world = await World.open()
  world.dataset('one', 2)
  let isDown = true
  const chat = hook(() => new Response(null, { status: isDown ? 503 : 200 }))
  using pem = certificate()
  const login = { user: 'zwitness', password: 'a password of mail' }
  await using mail = await mailServer({ ...pem, login })
  const more = [
    `    - { type: email, host: 127.0.0.1, port: ${mail.port}, ca_file: "${pem.file}", username: zwitness, password: "${login.password}", from: w@example.org, to: [ops@example.org] }`,
  ]
  const app = await witness(['one'], { url: chat.url, more })
  await seenTwice(app)
  const warned = async () =>
    (await app.get('/api/status')).warnings.filter((each: string) => each.includes('The channel hook'))
  expect(await warned()).toHaveLength(1)
  for (let minute = 0; minute < 120; minute += 5) await later(app, 5 * MINUTE)
  expect(await warned()).toHaveLength(1)
  // Mail goes its own way, and tells that the other one does not: with TLS, after a login.
  expect(mail.mailed.map(({ secure, user }) => [secure, user])).toContainEqual([true, 'zwitness'])
  expect(mail.mailed.some(({ text }) => /^Subject:.*BROKEN/m.test(text))).toBe(true)
  expect(mail.mailed.some(({ text }) => text.includes('The channel hook'))).toBe(true)
  isDown = false
  await later(app, HOUR)
  const broken = chat.verified().filter(({ event }) => event === 'dataset.broken' || event === 'summary')
  const taken = (await app.get('/api/notifications')).messages.filter(
    ({ channel, state }: { channel: string; state: string }) => channel === 'hook' && state === 'SENT',
  )
  expect(taken).toHaveLength(1)
  // Every try carries the same id until they are summed up.
  expect(new Set(broken.filter(({ event }) => event === 'dataset.broken').map(({ id }) => id)).size).toBe(1)
  expect(await warned()).toEqual([])
})

test('quiet hours: what is a warning waits, what is broken does not', async () => {
  world = await World.open()
  world.dataset('one', 2)
  const chat = hook()
  const night = hook()
  const hour = new Date().getUTCHours()
  const clock = (add: number) => `${String((hour + add + 24) % 24).padStart(2, '0')}:00`
  const more = [
    `    - { name: night, type: webhook, url: "${night.url}", secret: "${SECRET}", critical: false, quiet_hours: "${clock(-1)}-${clock(3)}" }`,
  ]
  const app = await witness(['one'], { url: chat.url, more })
  await seenTwice(app)
  expect([chat.received.length, night.received.length]).toEqual([1, 0])
  await later(app, 4 * HOUR)
  expect(night.received.length).toBe(1)
})

test('a restart repeats nothing and loses nothing', async () => {
  world = await World.open()
  world.dataset('one', 2)
  const chat = hook()
  const first = await witness(['one'], { url: chat.url })
  await seenTwice(first)
  expect(chat.received).toHaveLength(1)
  const { home } = first
  await first.close()
  const again = await world.app(home)
  again.later(10 * MINUTE)
  await seenTwice(again)
  expect(chat.received).toHaveLength(1)
  world.copy('one', 's2')
  await seenTwice(again)
  await later(again, HOUR)
  const [broken, recovered] = chat.verified()
  expect(recovered).toMatchObject({ event: 'dataset.recovered', incidentId: broken?.incidentId })
  expect(chat.received).toHaveLength(2)
})

test("the dead man's switch is called at the beginning and the end of a check; by health it fails where something is broken", async () => {
  world = await World.open()
  world.dataset('one', 2)
  const health = receiver()
  const kuma = receiver()
  for (const each of [health, kuma]) open.push(() => each[Symbol.dispose]())
  const chat = hook()
  const more = [
    '  deadman:',
    `    - { url: "${health.url}/ping/uuid", kind: healthchecks, by: check }`,
    `    - { url: "${kuma.url}/api/push/token", kind: uptime_kuma, by: health }`,
  ]
  const app = await witness(['one'], { url: chat.url, more })
  await app.scan()
  await until('both are called', 10, () => health.received.length === 2 && kuma.received.length === 1)
  const paths = health.received.map(({ path }) => path.replace(/rid=[0-9a-f-]{36}/, 'rid=…')).toSorted()
  expect(paths).toEqual(['/ping/uuid/start?rid=…', '/ping/uuid?rid=…'])
  expect(new Set(health.received.map(({ path }) => /rid=(.*)$/.exec(path)?.[1])).size).toBe(1)
  expect(kuma.received[0]?.path).toContain('/api/push/token?status=down')
  const { deadman } = await app.get('/api/notifications')
  expect(deadman.map(({ error }: { error: string | null }) => error)).toEqual([null, null])
})
