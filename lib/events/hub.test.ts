import { describe, expect, test } from 'bun:test'
import { fakeClock } from './clock-fixture.ts'
import { createEventHub, type EventHubOptions, type NoPlace } from './hub.ts'
import type { Subscription } from './subscription.ts'
import type { EventData, HubEvent, Topic } from './types.ts'

function hubOf(options: EventHubOptions = {}) {
  const clock = fakeClock()
  return { clock, hub: createEventHub({ clock, bootId: 'boot', ...options }) }
}

function subscribed(subscription: Subscription | NoPlace): Subscription {
  if (typeof subscription === 'string') throw new Error(`refused: ${subscription}`)
  return subscription
}

/** Everything that waits, as `type:data`; ends the subscription. */
async function drained(subscription: Subscription): Promise<readonly string[]> {
  const events: HubEvent[] = []
  subscription.close()
  for (let event = await subscription.next(); event; event = await subscription.next()) events.push(event)
  return events.map((event) => `${event.type}:${event.data}`)
}

const progress = (runId: string, bytesDone: number): EventData['progress'] => ({
  runId,
  datasetId: 'a',
  bytesDone,
  bytesTotal: null,
  rate: null,
  etaSeconds: null,
})

describe('a subscription', () => {
  test('gets what is published after it began, in order, with rising numbers', async () => {
    const { hub } = hubOf()
    hub.publish('host', { before: true })
    const client = subscribed(hub.subscribe({ lastEventId: null }))
    expect(client.startId).toBe('boot-1')
    hub.publish('host', { n: 1 })
    hub.publish('run', { id: '7', state: 'QUEUED' })
    expect(await client.next()).toEqual({ type: 'host', number: 2, data: '{"n":1}', runId: null })
    expect(await client.next()).toMatchObject({ type: 'run', number: 3 })
  })

  test('waits for the next event, and is let go when it ends', async () => {
    const { hub } = hubOf()
    const client = subscribed(hub.subscribe({ lastEventId: null }))
    const waiting = client.next()
    hub.publish('host', {})
    expect(await waiting).toMatchObject({ type: 'host' })
    const last = client.next()
    client.close()
    client.close()
    expect(await last).toBeNull()
    expect(hub.clients()).toBe(0)
  })

  test('gets log lines only when it asks for them, and only those of its run', async () => {
    const { hub } = hubOf()
    const everything = subscribed(hub.subscribe({ lastEventId: null }))
    const oneRun = subscribed(hub.subscribe({ lastEventId: null, topics: new Set<Topic>(['log']), runId: '7' }))
    for (const runId of [7, 8, null]) hub.publish('log', { runId })
    hub.publish('host', {})
    expect(await drained(everything)).toEqual(['host:{}'])
    expect(await drained(oneRun)).toEqual(['log:{"runId":7}', 'log:{"runId":null}'])
  })

  test('beyond the cap is refused until one has gone', () => {
    const { hub } = hubOf({ maxClients: 2 })
    const first = subscribed(hub.subscribe({ lastEventId: null }))
    hub.subscribe({ lastEventId: null })
    expect(hub.subscribe({ lastEventId: null })).toBe('all')
    first.close()
    subscribed(hub.subscribe({ lastEventId: null }))
  })

  test('of one who has ten is refused, and takes no place of the others', () => {
    const { hub } = hubOf()
    const streams = Array.from({ length: 50 }, () => hub.subscribe({ lastEventId: null, owner: 'session viewer' }))
    expect(streams.filter((stream) => stream === 'yours')).toHaveLength(40)
    subscribed(hub.subscribe({ lastEventId: null, owner: 'session admin' }))
    subscribed(streams[0] ?? 'yours').close()
    subscribed(hub.subscribe({ lastEventId: null, owner: 'session viewer' }))
  })

  test('of an admin takes, where all places are taken, the oldest of whoever has the most', async () => {
    const { hub } = hubOf({ maxClients: 6, maxOfOne: 4 })
    const open = (owner: string, mayDisplace = false) => hub.subscribe({ lastEventId: null, owner, mayDisplace })
    const one = subscribed(open('one'))
    const busy = [1, 2, 3].map(() => subscribed(open('busy')))
    subscribed(open('admin', true))
    subscribed(open('two'))
    expect(open('three')).toBe('all')
    subscribed(open('admin', true))
    expect(await busy[0]?.next()).toMatchObject({ type: 'bye', data: '{"reason":"displaced"}' })
    expect(hub.clients()).toBe(6)
    for (let n = 0; n < 2; n++) subscribed(open('admin', true))
    expect(open('admin', true)).toBe('yours')
    hub.publish('host', {})
    expect(await one.next()).toMatchObject({ type: 'bye' })
  })

  test('of an admin among admins is refused like any other', () => {
    const { hub } = hubOf({ maxClients: 2 })
    for (const owner of ['anna', 'otto']) hub.subscribe({ lastEventId: null, owner, mayDisplace: true })
    expect(hub.subscribe({ lastEventId: null, owner: 'eve', mayDisplace: true })).toBe('all')
  })
})

describe('coming back', () => {
  test('with the last id replays what was missed, but neither progress nor log lines', async () => {
    const { hub } = hubOf()
    hub.publish('host', { n: 1 })
    hub.publish('host', { n: 2 })
    hub.publish('progress', progress('7', 1))
    hub.publish('log', { runId: 7 })
    hub.publish('host', { n: 3 })
    const client = subscribed(hub.subscribe({ lastEventId: 'boot-1', topics: null }))
    expect(client.startId).toBeNull()
    expect(await drained(client)).toEqual(['host:{"n":2}', 'host:{"n":3}'])
    expect(await drained(subscribed(hub.subscribe({ lastEventId: 'boot-5' })))).toEqual([])
  })

  test.each(['other-1', 'boot-99', 'boot-', 'boot--1', 'boot-1e1', '', 'nonsense'])(
    'with the id %p means: read everything anew',
    async (lastEventId) => {
      const { hub } = hubOf()
      hub.publish('host', {})
      const client = subscribed(hub.subscribe({ lastEventId }))
      expect(await client.next()).toMatchObject({ type: 'resync', number: 1 })
    },
  )

  test('is replayed in full as long as nothing of it is forgotten, however short the queue', async () => {
    const { hub } = hubOf({ historySize: 10, queueSize: 3 })
    for (let n = 1; n <= 12; n++) hub.publish('host', { n })
    expect(await drained(subscribed(hub.subscribe({ lastEventId: 'boot-2' })))).toHaveLength(10)
    expect(await drained(subscribed(hub.subscribe({ lastEventId: 'boot-1' })))).toEqual([
      'resync:{"reason":"unknown-id"}',
    ])
  })
})

describe('a client that does not keep up', () => {
  test('loses progress first', async () => {
    const { hub } = hubOf({ queueSize: 4 })
    const client = subscribed(hub.subscribe({ lastEventId: null }))
    hub.publish('progress', progress('7', 1))
    hub.publish('progress', progress('8', 1))
    for (let n = 1; n <= 4; n++) hub.publish('host', { n })
    hub.publish('progress', progress('9', 1))
    expect(await drained(client)).toEqual([1, 2, 3, 4].map((n) => `host:{"n":${n}}`))
  })

  test('then is told to read everything anew, and goes on from there', async () => {
    const { hub } = hubOf({ queueSize: 4 })
    const slow = subscribed(hub.subscribe({ lastEventId: null }))
    const quick = subscribed(hub.subscribe({ lastEventId: null }))
    for (let n = 1; n <= 6; n++) {
      hub.publish('host', { n })
      await quick.next()
    }
    expect(await slow.next()).toMatchObject({ type: 'resync', number: 5 })
    expect(await slow.next()).toMatchObject({ type: 'host', number: 6 })
    expect(await drained(quick)).toEqual([])
  })
})

describe('coalescing', () => {
  test('sends a status at once, then at most one a second: the newest', async () => {
    const { hub, clock } = hubOf()
    const client = subscribed(hub.subscribe({ lastEventId: null }))
    for (let n = 1; n <= 5; n++) hub.publish('status', { n })
    clock.advance(999)
    hub.publish('status', { n: 6 })
    clock.advance(1)
    hub.publish('status', { n: 7 })
    clock.advance(1000)
    clock.advance(5000)
    hub.publish('status', { n: 8 })
    expect(await drained(client)).toEqual([1, 6, 7, 8].map((n) => `status:{"n":${n}}`))
  })

  test('sends the progress of each run on its own, the last one before the news that the run has ended', async () => {
    const { hub, clock } = hubOf()
    const client = subscribed(hub.subscribe({ lastEventId: null }))
    for (const bytes of [1, 2, 3]) for (const run of ['7', '8']) hub.publish('progress', progress(run, bytes))
    hub.publish('run', { id: '7', state: 'SUCCEEDED' })
    clock.advance(1000)
    const seen = (await drained(client)).map((text) =>
      text.replace(/"datasetId".*?"bytesDone"/, '"bytesDone"').replace(/,"bytesTotal".*/, ''),
    )
    expect(seen).toEqual([
      'progress:{"runId":"7","bytesDone":1',
      'progress:{"runId":"8","bytesDone":1',
      'progress:{"runId":"7","bytesDone":3',
      'run:{"id":"7","state":"SUCCEEDED"}',
      'progress:{"runId":"8","bytesDone":3',
    ])
  })

  test('forgets runs that have nothing more to say', () => {
    const { hub, clock } = hubOf()
    for (let run = 0; run < 100; run++) hub.publish('progress', progress(String(run), 1))
    expect(clock.waiting()).toBe(100)
    clock.advance(1000)
    expect(clock.waiting()).toBe(0)
  })
})

test('closing says goodbye instead of what still waits, and ends everything', async () => {
  const { hub, clock } = hubOf()
  const client = subscribed(hub.subscribe({ lastEventId: null }))
  hub.publish('host', {})
  hub.publish('status', {})
  hub.close()
  hub.publish('host', {})
  expect(await client.next()).toMatchObject({ type: 'bye', data: '{"reason":"shutdown"}' })
  expect(await client.next()).toBeNull()
  expect(hub.subscribe({ lastEventId: null })).toBe('closed')
  expect([hub.clients(), clock.waiting()]).toEqual([0, 0])
})

test('five hundred who ask and never read: the cap holds, and of an hour of events little is kept', async () => {
  const { hub } = hubOf()
  const clients = Array.from({ length: 500 }, (_, at) => hub.subscribe({ lastEventId: null, owner: `${at % 100}` }))
  const taken = clients.filter((client) => typeof client !== 'string')
  expect(taken).toHaveLength(200)
  for (let n = 0; n < 20_000; n++) hub.publish('run', { id: `${n}`, state: 'RUNNING' })
  for (const client of taken) expect((await drained(client)).length).toBeLessThanOrEqual(201)
  expect(hub.clients()).toBe(0)
  subscribed(hub.subscribe({ lastEventId: null }))
})
