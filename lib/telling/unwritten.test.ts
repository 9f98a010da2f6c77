import { expect, test } from 'bun:test'
import type { Config } from '#config/effective.ts'
import type { BookChange } from '#lib/db/types.ts'
import { message } from '#lib/notify/channels/receiver.fixture.ts'
import { Unwritten } from './unwritten.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const NOTHING = { incidents: [], cases: [], forgotten: [] }

/** A database that may be full, and a channel that may be down. */
function world() {
  const state = { full: false, down: false }
  const saved: BookChange[] = []
  const sent: string[] = []
  const unwritten = new Unwritten({
    store: {
      async saveBook(change) {
        if (state.full) throw new Error('database or disk is full.')
        saved.push(change)
      },
    },
    config: () => ({ notifications: { channels: [{ name: 'chat' }] } }) as unknown as Config,
    open: () => ({
      name: 'chat',
      type: 'webhook',
      async deliver({ id }) {
        if (state.down) throw new Error('It is down.')
        sent.push(id)
      },
    }),
    book: () => ({ incidents: new Map(), cases: new Map() }),
    log: silent,
    now: () => 1000,
    stopping: new AbortController().signal,
  })
  const write = (id: string, forgotten: readonly string[] = []) =>
    unwritten.write({ ...NOTHING, forgotten }, [{ channel: 'chat', notBefore: 0, message: message({ id }) }])
  return { state, saved, sent, unwritten, write }
}

const ids = ({ messages }: BookChange) => messages.map(({ message: { id } }) => id)

test('what can be written is, and sent from there; nothing is written where nothing is new', async () => {
  const { saved, sent, unwritten, write } = world()
  await write('a')
  await unwritten.write(NOTHING, [])
  expect([saved.map(ids), sent, unwritten.warnings()]).toEqual([[['a']], [], []])
})

test('on a full disk it goes out at once, and the witness says why; later nothing of it is sent again', async () => {
  const { state, saved, sent, unwritten, write } = world()
  state.full = true
  await write('a', ['dataset:gone'])
  expect(sent).toEqual(['a'])
  expect(unwritten.warnings()).toEqual([expect.stringContaining('database or disk is full')])
  state.full = false
  await write('b')
  expect(saved.map(ids)).toEqual([['b']])
  expect(saved[0]?.forgotten).toEqual(['dataset:gone'])
  expect(unwritten.warnings()).toEqual([])
})

test('with the disk full and the channel down it waits, and is written as soon as that is possible', async () => {
  const { state, saved, sent, unwritten, write } = world()
  Object.assign(state, { full: true, down: true })
  await write('a')
  expect([sent, saved]).toEqual([[], []])
  state.full = false
  await unwritten.write(NOTHING, [])
  expect(saved.map(ids)).toEqual([['a']])
})
