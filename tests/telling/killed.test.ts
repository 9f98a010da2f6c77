import { expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { openStore } from '#lib/db/open.ts'
import { openChannel } from '#lib/notify/channels/all.ts'
import { certificate, mailServer } from '#lib/notify/channels/mail-server.fixture.ts'
import { receiver } from '#lib/notify/channels/receiver.fixture.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { Outbox } from '#lib/telling/outbox.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'

setDefaultTimeout(300_000)

const CHILD = join(import.meta.dir, 'killed-child.ts')
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const channel = (type: string, settings: ChannelConfig['settings']): ChannelConfig => ({
  ...{ name: type, type, minSeverity: 'warning', events: null, pairs: null, quietHours: null, critical: true },
  settings,
})

/** One process that is killed at that moment, then another that goes on from its database. */
async function killedAt(moment: 'before' | 'after', channels: readonly ChannelConfig[]): Promise<void> {
  const directory = temporaryDirectory()
  const child = Bun.spawn([process.execPath, CHILD, directory, moment, JSON.stringify(channels)], {
    stdout: 'inherit',
    stderr: 'inherit',
  })
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  const store = await openStore({ directory, now: Date.now })
  const parts = { store, config: () => ({ notifications: { channels } }) as never, log: silent, now: Date.now }
  for (let starts = 0; starts < 2; starts++) {
    const outbox = new Outbox({
      ...parts,
      open: (config) => openChannel(config, { publicUrl: null }),
      stopping: new AbortController().signal,
    })
    await outbox.load()
    await outbox.send()
  }
  await store.close()
}

test('killed between writing and sending: it is sent once, after the start', async () => {
  using hook = receiver()
  await killedAt('before', [channel('webhook', { url: hook.url })])
  expect(hook.received).toHaveLength(1)
})

test('killed between sending and noting it: it is sent again, with the same id', async () => {
  using hook = receiver()
  await killedAt('after', [channel('webhook', { url: hook.url })])
  expect(hook.received).toHaveLength(2)
  expect(new Set(hook.received.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1)
})

test('of a mail too: both copies have one Message-ID', async () => {
  using pem = certificate()
  await using server = await mailServer(pem)
  const settings = {
    host: '127.0.0.1',
    port: server.port,
    ca_file: pem.file,
    from: 'w@example.org',
    to: ['ops@example.org'],
  }
  await killedAt('after', [channel('email', settings)])
  const ids = server.mailed.map(({ text }) => /^Message-ID: (.*)$/im.exec(text)?.[1])
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})
