import { join } from 'node:path'
import { openStore } from '#lib/db/open.ts'
import { advance } from '#lib/incidents/advance.ts'
import { tell } from '#lib/incidents/tell.ts'
import { dataset, MINUTE, START } from '#lib/incidents/testing.fixture.ts'
import type { Book } from '#lib/incidents/types.ts'
import { openChannel } from '#lib/notify/channels/all.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { Outbox } from '#lib/telling/outbox.ts'
import { routed } from '#lib/telling/routing.ts'

/* A witness that dies by SIGKILL: before it sends what it has written, or after that and before it notes it. */
const [directory = '', moment = 'before', channelsText = '[]'] = Bun.argv.slice(2)
const channels: readonly ChannelConfig[] = JSON.parse(channelsText)

const store = await openStore({ directory: join(directory), now: Date.now })
let book: Book = { incidents: new Map(), cases: new Map() }
for (const at of [0, 5, 7]) {
  const now = START + at * MINUTE
  const advanced = advance(book, [dataset('L1', now, { code: 'BACKUP_AHEAD' })], { warnForMs: 30 * MINUTE }, now)
  const told = tell(advanced.book, now)
  book = told.book
  await store.saveBook(
    {
      incidents: [...book.incidents.values()],
      cases: [...book.cases.values()],
      forgotten: [],
      messages: told.drafts.flatMap((draft) => routed(draft, channels, { now: Date.now(), zone: 'UTC' })),
    },
    Date.now(),
  )
}
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('It is dead.')
}
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const outbox = new Outbox({
  store,
  config: () => ({ notifications: { channels } }) as never,
  open(config) {
    const channel = openChannel(config, { publicUrl: null })
    return {
      ...channel,
      async deliver(message, signal) {
        if (moment === 'before') die()
        await channel.deliver(message, signal)
        die()
      },
    }
  },
  log: silent,
  now: Date.now,
  stopping: new AbortController().signal,
})
await outbox.load()
await outbox.send()
